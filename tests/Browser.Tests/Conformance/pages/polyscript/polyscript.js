import { XWorker, define, whenDefined } from "https://cdn.jsdelivr.net/npm/polyscript@0.20.20/dist/index.js";

const { interpreter, check, equal, holds, until, lacks, within } = conformance;
const row = (member, thread, action, name = "works") => check(member, name, interpreter, thread, action);
const byId = (id) => document.getElementById(id);

await row("polyscript.script", "main", async () => {
  await until(() => window.polyscriptFirst, "the first script");
  equal(window.polyscriptFirst, "first");
}, "inline");
await row("polyscript.script", "main", async () => {
  await until(() => window.polyscriptFile && byId("place").textContent, "the script with a source");
  equal(byId("place").textContent, "in the target");
}, "src and target");
await row("polyscript.config", "main", async () => {
  await until(() => window.polyscriptKept, "the second script");
  equal(window.polyscriptKept, "a file of the config");
});
await row("polyscript.env", "main", async () => equal([window.polyscriptKept, window.polyscriptFile], ["a file of the config", "a file of the config"]), "shared");
await row("polyscript.event", "main", async () => {
  await until(() => !byId("button").disabled, "the button");
  byId("button").click();
  await until(() => window.polyscriptPressed, "the handler");
  equal(window.polyscriptPressed, "button");
});
await row("polyscript.script", "worker", async () => {
  await until(() => window.polyscriptWorker, "the worker");
  equal(await byId("worker").xworker.sync.double(21), 42);
});
await row("polyscript.config", "worker", async () => equal(window.polyscriptWorker, "a file of the config"));
await row("polyscript.env", "worker", async () => {
  await until(() => window.polyscriptShared !== undefined, "the worker");
  equal(window.polyscriptShared, false);
  return lacks("a worker is an environment of its own: `env` does not join it to the page's");
});
await row("polyscript.XWorker", "worker", async () => {
  const worker = XWorker("./polyscript/worker.py", { type: interpreter, config: { name: "given" } });
  const messages = [];
  worker.onmessage = ({ data }) => messages.push(data);
  await within(worker.ready, "the worker");
  equal(await worker.sync.greet("page"), `hello page from ${interpreter}`);
  worker.postMessage("a message");
  await until(() => messages.includes("answer to a message"), "the answer among " + messages);
  equal(messages, ["posted by the worker", "answer to a message"]);
  worker.terminate();
}, "sync and messages");

const called = [];
window.polyscriptCalled = called;
define("conformance", {
  interpreter,
  config: { name: "custom" },
  hooks: {
    main: {
      onReady: ({ run, config }, element) => {
        called.push(`onReady ${config.name}`);
        run(element.textContent);
      },
      onWorker: () => called.push("onWorker"),
      onBeforeRun: () => called.push("onBeforeRun"),
      onAfterRun: () => called.push("onAfterRun"),
      codeBeforeRun: () => "import js\njs.polyscriptCalled.push('codeBeforeRun')",
      codeAfterRun: () => "js.polyscriptCalled.push('codeAfterRun')",
    },
    worker: {
      onReady: (wrap, { window }) => window.polyscriptCalled.push("worker onReady"),
      onBeforeRunAsync: (wrap, { window }) => window.polyscriptCalled.push("worker onBeforeRunAsync"),
      onAfterRunAsync: (wrap, { window }) => window.polyscriptCalled.push("worker onAfterRunAsync"),
      codeBeforeRunAsync: () => "from polyscript import xworker\nxworker.window.polyscriptCalled.push('worker codeBeforeRunAsync')",
      codeAfterRunAsync: () => "xworker.window.polyscriptCalled.push('worker codeAfterRunAsync')",
    },
  },
});
const add = (content, worker) => {
  const script = document.createElement("script");
  Object.assign(script, { type: "conformance", textContent: content });
  script.toggleAttribute("worker", worker);
  document.body.append(script);
};

await row("polyscript.define", "main", async () => {
  add("import js\njs.polyscriptCalled.push('ran')", false);
  await until(() => called.includes("ran"), "the script of a type of the page's own");
});
await row("polyscript.whenDefined", "main", async () => equal((await within(whenDefined("conformance"), "whenDefined")).type, "conformance"));
await row("polyscript.hooks", "main", async () => {
  await until(() => called.includes("onAfterRun"), "the last hook");
  equal(called, ["onReady custom", "onBeforeRun", "codeBeforeRun", "ran", "codeAfterRun", "onAfterRun"]);
});
await row("polyscript.hooks", "worker", async () => {
  called.length = 0;
  add("xworker.window.polyscriptCalled.push('ran')", true);
  await until(() => called.includes("worker onAfterRunAsync"), "the last hook among " + called);
  equal(called, ["onWorker", "worker onReady", "worker onBeforeRunAsync", "worker codeBeforeRunAsync", "ran", "worker codeAfterRunAsync", "worker onAfterRunAsync"]);
});
await row("polyscript.define", "main", async () => {
  const { promise, resolve } = Promise.withResolvers();
  define(null, { interpreter, hooks: { main: { onReady: resolve } } });
  const { interpreter: engine } = await within(promise, "onReady");
  holds(typeof engine.runPython === "function", "no interpreter");
}, "without a type");
await row("polyscript.env", "main", async () => {
  if (interpreter === "micropython") {
    // Two are live by now, one for each type that was defined; MicroPython's glue converts values through a global.
    const { interpreter: first } = await whenDefined("conformance");
    equal([globalThis.Module === first._module, typeof globalThis.Module], [false, "object"]);
    return lacks("MicroPython's glue keeps its latest instance in `globalThis.Module`: values of an older one on the same thread are read from the wrong memory");
  }
  const script = document.createElement("script");
  Object.assign(script, { type: interpreter, textContent: "import js\njs.polyscriptSeparate = 'kept' in globals()" });
  script.setAttribute("env", "separate");
  document.body.append(script);
  await until(() => window.polyscriptSeparate !== undefined, "the script");
  equal(window.polyscriptSeparate, false);
}, "separate");
conformance.finish("polyscript");
