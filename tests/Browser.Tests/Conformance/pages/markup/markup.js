const { interpreter, tag, check, equal, holds, until, lacks, events } = conformance;
const row = (member, name, thread, action) => check(member, name, interpreter, thread, action);
const of = (type, id) => events.filter((event) => event.type === `${tag}:${type}` && event.id === id);
const finished = (id) => until(() => of("done", id).length, `done of ${id}`);
const byId = (id) => document.getElementById(id);

await row("tag.script", "inline", "main", async () => {
  await finished("inline");
  equal(window.conformanceEntities, "<&>", "what the script's text held");
});
await row("tag.config", "inline", "main", async () => equal(window.conformanceInline, "page config"));
await row("attribute.src", "script", "main", async () => {
  await finished("from-file");
  equal(window.conformanceFile, "a module of the config");
});
await row("attribute.target", "id and selector", "main", async () => {
  await finished("selected");
  await until(() => byId("place").innerText.includes("by selector"), "what is shown");
  holds(byId("place").innerText.includes("in its place"), "place holds " + byId("place").innerHTML);
  equal(byId("targeted").target.id, "place");
});
await row("attribute.target", "none", "main", async () => {
  await finished("untargeted");
  const place = byId("untargeted").nextElementSibling;
  equal([place.tagName, place.innerText.trim()], ["SCRIPT-PY", "beside itself"]);
});
await row("attribute.async", "await at the top", "main", async () => {
  await finished("awaiting");
  equal(window.conformanceAwaited, true);
});
await row("attribute.async", "false", "main", async () => {
  await finished("synchronous");
  equal(window.conformanceSynchronous, true);
});
await row("tag.element", "inline", "main", async () => {
  await finished("element");
  equal(window.conformanceElement, true);
  equal([byId("element").innerText.trim(), byId("element").style.display], ["shown in the element", "block"]);
});
await row("attribute.src", "element", "main", async () => {
  await finished("element-file");
  equal(window.conformanceElementFile, true);
});
await row("tag.element", "async=false", "main", async () => {
  await finished("element-synchronous");
  equal(window.conformanceElementSynchronous, true);
});

await row("tag.script", "inline", "worker", async () => {
  await finished("worker-inline");
  equal(window.conformanceWorker, "a file of the config");
});
await row("attribute.worker", "script and element", "worker", async () => {
  await finished("worker-element");
  holds(byId("worker-inline").xworker instanceof Worker && byId("worker-element").xworker instanceof Worker, "no xworker");
});
await row("attribute.config", "file", "worker", async () => equal(window.conformanceWorkerConfig, "worker config"));
await row("attribute.config", "inline JSON", "worker", async () => equal(window.conformanceWorkerElement, "inline JSON"));
await row("tag.element", "worker", "worker", async () => equal(byId("worker-element").innerText.trim(), "from the element's worker"));
await row("attribute.src", "script", "worker", async () => {
  await finished("worker-file");
  holds(window.conformanceWorkerFile, "the file did not run");
});
await row("tag.config", "a worker without a config of its own", "worker", async () => equal(window.conformanceWorkerFile, "page config"));
await row("attribute.async", "false", "worker", async () => equal(of("done", "worker-file").length, 1));
await row("attribute.async", "default", "worker", async () => equal(of("done", "worker-inline").length, 1));
await row("attribute.target", "ignored", "worker", async () => {
  holds(!byId("place").innerText.includes("worker's file"), "place holds " + byId("place").innerHTML);
  const place = byId("worker-file").nextElementSibling;
  equal([place.tagName, place.id, place.innerText.trim()], [`SCRIPT-${tag.toUpperCase()}`, window.conformanceWorkerTarget, "from the worker's file"]);
  return lacks("only terminals and editors read `target` in a worker: what is displayed stands after the script");
});
await row("attribute.name", "element", "worker", async () => {
  equal(await byId("worker-element").xworker.sync.twice(21), 42);
});

await row("attribute.event", "click", "main", async () => {
  await until(() => !byId("enabled-later").disabled, "a button that is enabled once the interpreter is ready");
  equal(byId("clicked").disabled, true, "a button that was disabled by its author");
  byId("clicked").disabled = false;
  byId("clicked").click();
  await until(() => window.conformancePressed === "clicked", "the handler");
});
await row("attribute.event", "other events", "main", async () => {
  byId("typed").dispatchEvent(new Event("input"));
  await until(() => window.conformanceTyped === "input", "the handler");
});
await row("attribute.event", "methods", "main", async () => {
  byId("method").click();
  await until(() => window.conformanceMethod === "method", "the handler");
});
await row("attribute.event", "added later", "main", async () => {
  const button = document.createElement("button");
  button.id = "added";
  button.setAttribute(`${tag}-click`, "pressed");
  document.body.append(button);
  await until(() => !button.disabled, "the button");
  // The attribute of an element that is added is taken up by a mutation observer: in a later task than this one.
  await until(() => (button.click(), window.conformancePressed === "added"), "the handler");
});

await row("event.ready", "order and detail", "main", async () => {
  equal(of("ready", "inline").map((event) => event.worker), [false]);
  holds(events.indexOf(of("ready", "inline")[0]) < events.indexOf(of("done", "inline")[0]), "ready came after done");
});
await row("event.done", "each script once", "main", async () => {
  for (const id of ["inline", "from-file", "targeted", "selected", "untargeted", "awaiting", "synchronous", "element"]) equal(of("done", id).length, 1, id);
});
await row("event.ready", "order and detail", "worker", async () => {
  equal(of("ready", "worker-inline").map((event) => event.worker), [true]);
  holds(events.indexOf(of("ready", "worker-inline")[0]) < events.indexOf(of("done", "worker-inline")[0]), "ready came after done");
});
await row("event.done", "each worker once", "worker", async () => {
  for (const id of ["worker-inline", "worker-file", "worker-element"]) equal(of("done", id).length, 1, id);
});
await row("event.all-done", "after each script and worker", "worker", async () => {
  await until(() => events.some((event) => event.type === "py:all-done"), "py:all-done");
  const at = events.findIndex((event) => event.type === "py:all-done");
  holds(["worker-inline", "worker-file", "worker-element"].every((id) => events.indexOf(of("done", id)[0]) < at), "it came before a worker was done");
});
await row("event.all-done", "after each script", "main", async () => {
  const at = events.findIndex((event) => event.type === "py:all-done");
  holds(["inline", "awaiting", "element"].every((id) => events.indexOf(of("done", id)[0]) < at), "it came before a script was done");
});
const progress = () => events.filter((event) => event.type === `${tag}:progress`).map((event) => event.detail);
const name = interpreter === "pyodide" ? "Pyodide" : "MicroPython";
await row("event.progress", "from loading to loaded", "main", async () => {
  const seen = progress();
  holds(seen.includes(`Loading ${name}`) && seen.includes(`Loaded ${name}`), "progress was " + seen.join(", "));
});
await row("event.progress", "forwarded", "worker", async () => {
  const loads = progress().filter((detail) => detail === `Loaded ${name}`).length;
  if (interpreter === "pyodide") return holds(loads > 1, `${loads} starts were told`);
  equal(loads, 1, "starts that were told");
  return lacks("`mpy:progress` of a worker stays in the worker: PolyScript forwards `py:progress` alone");
});
await row("tag.script", "errors are shown", "main", async () => {
  const script = document.createElement("script");
  Object.assign(script, { type: tag, id: "failing", textContent: "raise ValueError('shown to the reader')" });
  document.body.append(script);
  await finished("failing");
  await until(() => document.querySelector("div.py-error")?.innerText.includes("shown to the reader"), "div.py-error");
});
conformance.finish("markup");
