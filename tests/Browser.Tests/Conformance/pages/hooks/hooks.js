import { MPWorker, PyWorker, config, donkey, whenDefined } from "https://pyscript.net/releases/2026.7.3/core.js";

const { interpreter, tag, check, equal, holds, until, events, within } = conformance;
const row = (member, thread, action, name = "works") => check(member, name, interpreter, thread, action);
const done = (id) => until(() => events.some((event) => event.type === `${tag}:done` && event.id === id), () => `done of ${id} after ${hooked.join(", ")}`);
const ordered = (...names) => {
  const places = names.map((name) => hooked.indexOf(name));
  holds(places.every((place, i) => place >= 0 && (i === 0 || place > places[i - 1])), `${names.join(" < ")} in ${hooked.join(", ")}`);
};

await Promise.all(["asynchronous", "synchronous", "worker-async", "worker-sync"].map(done));
// The hooks after a script's end run after its `done`.
await until(() => hooked.includes("main onAfterRunAsync asynchronous"), "the last hook");

await row("hook.onReady", "main", async () => ordered(`main onReady ${tag} asynchronous`, "ran asynchronous"));
await row("hook.onBeforeRun", "main", async () =>
  ordered("main onBeforeRun synchronous", "ran synchronous", "main onAfterRun synchronous"));
await row("hook.onBeforeRunAsync", "main", async () =>
  ordered("main onBeforeRunAsync asynchronous", "ran asynchronous", "main onAfterRunAsync asynchronous"));
await row("hook.codeBeforeRun", "main", async () => ordered("main codeBeforeRun", "ran synchronous", "main codeAfterRun"));
await row("hook.codeBeforeRunAsync", "main", async () => ordered("main codeBeforeRunAsync", "ran asynchronous", "main codeAfterRunAsync"));
await row("hook.onWorker", "worker", async () => ordered("main onWorker", "ran worker-async"));
await row("hook.onReady", "worker", async () => ordered(`worker onReady ${tag}`, "ran worker-async"));
await row("hook.onBeforeRun", "worker", async () => ordered("worker onBeforeRun", "ran worker-sync", "worker onAfterRun"));
await row("hook.onBeforeRunAsync", "worker", async () => ordered("worker onBeforeRunAsync", "ran worker-async", "worker onAfterRunAsync"));
await row("hook.codeBeforeRun", "worker", async () => ordered("worker codeBeforeRun", "ran worker-sync", "worker codeAfterRun"));
await row("hook.codeBeforeRunAsync", "worker", async () => ordered("worker codeBeforeRunAsync", "ran worker-async", "worker codeAfterRunAsync"));

await row("core.config", "main", async () => equal(config[tag].name, "hooked"));
await row("core.whenDefined", "main", async () => {
  // It tells of whichever is first: a script on main with its interpreter, or a worker.
  const { type, interpreter: engine, xworker } = await within(whenDefined(tag), "whenDefined");
  equal(type, tag);
  holds(typeof engine?.runPython === "function" || xworker instanceof Worker, "neither an interpreter nor a worker");
});
await row("core.PyWorker", "worker", async () => {
  const worker = await (tag === "py" ? PyWorker : MPWorker)("./hooks/exported.py", { config: { name: "given" } });
  equal(await worker.sync.whoami(), `${tag} given`);
  worker.terminate();
});
await row("core.donkey", "worker", async () => {
  const helper = await donkey({ type: tag, terminal: "donkey", persistent: true });
  await helper.execute("value = 6 * 7");
  equal(await helper.evaluate("value"), 42);
  await helper.kill();
});
conformance.finish("hooks");
