// The protocol of the suite: pages leave their rows in window.conformance, the driver reads them when it is finished.
(() => {
  const query = new URLSearchParams(location.search);
  const parts = new Set();
  const conformance = {
    rows: [],
    finished: false,
    /** Address of the suite's own server, without a slash at the end. */
    server: query.get("server"),
    framed: window.top !== window,
    /** Names the parts of the page that have to finish. */
    expect(...names) {
      for (const name of names) parts.add(name);
    },
    finish(name) {
      parts.delete(name);
      conformance.finished = parts.size === 0;
    },
    unfinished: () => [...parts],
    /** Takes a row as JSON, so that it crosses from Python and from workers unchanged. */
    add(row) {
      conformance.rows.push(JSON.parse(row));
    },
  };
  window.conformance = conformance;

  const text = (error) => `${error?.name ?? "Error"}: ${error?.message ?? error}`;

  class Lack {
    constructor(reason) {
      this.reason = reason;
    }
  }
  /** What a check returns after it has asserted that something is not there. */
  conformance.lacks = (reason) => new Lack(reason);

  /** Runs a check; what it throws is the row's failure. */
  conformance.check = async (member, check, interpreter, thread, action) => {
    let outcome = "passes";
    let note = "";
    try {
      const result = await conformance.within(action(), `${member} ${check}`);
      if (result instanceof Lack) {
        outcome = "unsupported";
        note = result.reason;
      }
    } catch (error) {
      outcome = "fails";
      note = text(error);
    }
    conformance.add(JSON.stringify({ member, check, interpreter, thread, outcome, note }));
  };

  conformance.equal = (actual, expected, what = "value") => {
    const [a, e] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (a !== e) throw new Error(`${what} is ${a}, not ${e}`);
  };
  conformance.holds = (condition, what) => {
    if (!condition) throw new Error(what);
  };

  /** A bound on a wait: the driver's own bound is longer. `what` is text, or a function that tells what was found instead. */
  conformance.within = (promise, what, milliseconds = 40000) => {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${typeof what === "function" ? what() : what} took longer than ${milliseconds} ms`)), milliseconds);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
  };

  /** Resolves with the first truthy value of `probe`, looked at again at every change of the DOM and every 25 ms. */
  conformance.until = (probe, what, milliseconds = 40000) => {
    let observer, interval;
    const found = new Promise((resolve, reject) => {
      const look = () => {
        try {
          const value = probe();
          if (value) resolve(value);
        } catch (error) {
          reject(error);
        }
      };
      observer = new MutationObserver(look);
      observer.observe(document, { childList: true, subtree: true, attributes: true, characterData: true });
      interval = setInterval(look, 25);
      look();
    });
    return conformance.within(found, what, milliseconds).finally(() => {
      observer.disconnect();
      clearInterval(interval);
    });
  };

  conformance.once = (target, type, what = type, milliseconds = 40000) =>
    conformance.within(new Promise((resolve) => target.addEventListener(type, resolve, { once: true })), what, milliseconds);

  conformance.pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  /** Dispatches an event to each match from a task of its own, as the browser does. */
  conformance.dispatchSoon = (selector, type) => {
    setTimeout(() => {
      for (const element of document.querySelectorAll(selector)) element.dispatchEvent(new Event(type, { bubbles: true }));
    });
  };

  // A folder that the user picked before, as pyscript.fs records it. No driver can pick one in the browser's dialog, so the
  // folder is of the origin's private file system: a FileSystemDirectoryHandle like any other.
  const folder = async (name) => (await navigator.storage.getDirectory()).getDirectoryHandle(name, { create: true });
  const folders = async (mode, use) => {
    const opening = indexedDB.open("IDBMap/@pyscript.fs");
    opening.onupgradeneeded = () => opening.result.createObjectStore("entries");
    const database = await settled(opening);
    const answer = await settled(use(database.transaction("entries", mode).objectStore("entries")));
    database.close();
    return answer;
  };
  const settled = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  conformance.storeFolder = async (key, name) => {
    const handler = await folder(name);
    await folders("readwrite", (store) => store.put({ handler, options: { id: "pyscript", mode: "readwrite" } }, key));
  };
  conformance.hasFolder = async (key) => (await folders("readonly", (store) => store.count(key))) > 0;
  conformance.readFolder = async (name, file) => (await (await (await folder(name)).getFileHandle(file)).getFile()).text();
  conformance.declineSoon = () => {
    conformance.until(() => document.querySelector("dialog.pyscript-fs button[title=cancel]"), "the dialog").then((button) => button.click());
  };

  // Everything that PyScript and PolyScript dispatch, from the very first event on.
  conformance.events = [];
  for (const prefix of ["py", "mpy"]) {
    for (const kind of ["ready", "done"]) {
      addEventListener(`${prefix}:${kind}`, (event) => {
        conformance.events.push({ type: event.type, id: event.target.id, worker: event.detail?.worker ?? null, tag: event.target.tagName });
      });
    }
  }
  for (const type of ["py:progress", "mpy:progress", "py-game:progress"]) {
    addEventListener(type, (event) => conformance.events.push({ type, id: "", worker: null, detail: event.detail }));
  }
  addEventListener("py:all-done", () => conformance.events.push({ type: "py:all-done", id: "", worker: null }));

  // What the console and uncaught errors said: rows may assert on it.
  conformance.log = [];
  for (const level of ["log", "info", "warn", "error"]) {
    const original = console[level];
    console[level] = (...values) => {
      conformance.log.push(`${level}: ${values.map((value) => (value instanceof Error ? text(value) : String(value))).join(" ")}`);
      original.apply(console, values);
    };
  }
  addEventListener("error", (event) => conformance.log.push(`uncaught: ${event.message}`));
  addEventListener("unhandledrejection", (event) => conformance.log.push(`unhandled: ${text(event.reason)}`));
})();
