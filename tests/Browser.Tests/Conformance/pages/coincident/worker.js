import coincident from "https://cdn.jsdelivr.net/npm/coincident@4.1.1/dist/window/worker.js";

const { native, proxy, window, isWindowProxy, ffi } = await coincident();
proxy.compute = (a, b) => a + b;
const { conformance, document } = window;

const check = async (member, name, action) => {
  let [outcome, note] = ["passes", ""];
  try {
    await action();
  } catch (error) {
    [outcome, note] = ["fails", String(error)];
  }
  conformance.add(JSON.stringify({ member, check: name, interpreter: "javascript", thread: "worker", outcome, note }));
};
const equal = (actual, expected) => {
  const [a, e] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== e) throw new Error(`it is ${a}, not ${e}`);
};

await check("coincident.native", "isolated", () => equal(native, true));
await check("coincident.proxy", "the worker calls the page, synchronously", () => equal(proxy.twice(21), 42));
await check("coincident.window", "reads and writes the DOM", () => {
  equal(document.getElementById("paragraph").textContent, "written by the page");
  document.getElementById("paragraph").textContent = "written by the worker";
  equal(window.Function("return document.getElementById('paragraph').textContent")(), "written by the worker");
  equal(typeof globalThis.document, "undefined");
});
await check("coincident.window", "hears events", async () => {
  const heard = new Promise((resolve) => document.getElementById("paragraph").addEventListener("click", (event) => resolve(event.type)));
  conformance.dispatchSoon("#paragraph", "click");
  equal(await heard, "click");
});
await check("coincident.isWindowProxy", "works", () => equal([isWindowProxy(document.body), isWindowProxy({})], [true, false]));
await check("coincident.ffi", "assign, gather, query, evaluate", () => {
  const element = document.createElement("i");
  ffi.assign(element, { id: "assigned", title: "by ffi" });
  equal(ffi.gather(element, "id", "title"), ["assigned", "by ffi"]);
  equal(ffi.query(window, "document.body.tagName"), "BODY");
  equal(ffi.evaluate((a, b) => a + b, 1, 2), 3);
});
proxy.ready();
conformance.finish("worker");
