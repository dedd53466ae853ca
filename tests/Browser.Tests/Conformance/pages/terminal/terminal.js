const { interpreter, tag, check, equal, holds, until, lacks, events } = conformance;
const row = (name, thread, action) => check("attribute.terminal", name, interpreter, thread, action);
const byId = (id) => document.getElementById(id);

/** What a terminal's buffer holds, line by line. */
const text = (id) => {
  const buffer = byId(id).terminal?.buffer.active;
  if (!buffer) return "";
  return Array.from({ length: buffer.length }, (_, line) => buffer.getLine(line).translateToString(true)).join("\n").trim();
};
const shows = (id, what) => until(() => text(id).includes(what), `${what} in ${id}, which shows ${text(id)}`);
/** Types as a person would: key by key into the terminal. */
const type = (id, line) => {
  for (const key of line) byId(id).terminal.input(key, true);
};

await row("prints", "main", async () => {
  await shows("main", "printed on main");
  holds(document.querySelector("#main ~ py-terminal .xterm"), "it is elsewhere");
});
await row("__terminal__", "main", async () => shows("main", "written on main"));
await row("input", "main", async () => {
  if (interpreter === "micropython") {
    const script = document.createElement("script");
    Object.assign(script, { type: tag, textContent: "import js\njs.conformancePrompted = input('name?')" });
    document.body.append(script);
    await until(() => window.conformancePrompted, "the prompt's answer");
    return equal(window.conformancePrompted, "typed", "what the browser's prompt answered");
  }
  const script = document.createElement("script");
  Object.assign(script, { type: tag, textContent: "import js\ntry:\n    input('name?')\nexcept Exception as error:\n    js.conformanceRefused = str(error)" });
  document.body.append(script);
  await until(() => window.conformanceRefused, "the refusal");
  holds(window.conformanceRefused.includes("doesn't work when PyScript runs in the main thread"), window.conformanceRefused);
  return lacks("`input` on main raises and names the `worker` attribute: Pyodide's terminal is read-only there");
});
await row("prints, in its target", "worker", async () => {
  await shows("worker", "printed in the worker");
  holds(byId("place").querySelector(".xterm"), "no terminal in the target");
});
await row("input", "worker", async () => {
  await shows("worker", "who?");
  type("worker", "Ada\r");
  await until(() => window.conformanceAnswered, "the answer; the terminal shows " + text("worker"));
  equal(window.conformanceAnswered, "Ada");
  await shows("worker", "hello Ada");
});
await row("element", "worker", async () => shows("element", "printed by the element"));
await row("REPL", "worker", async () => {
  await shows("repl", ">>>");
  type("repl", "6 * 7\r");
  await shows("repl", "42");
});
await row("process", "worker", async () => {
  await byId("repl").process("'by ' + 'process'");
  await shows("repl", "'by process'");
});
await row("one on main at most", "main", async () => {
  const script = document.createElement("script");
  Object.assign(script, { type: tag, textContent: "print('second')" });
  script.toggleAttribute("terminal", true);
  document.body.append(script);
  await until(() => [...document.querySelectorAll(".py-error")].some((div) => div.innerText.includes("at most 1 main terminal")), "the message");
});
conformance.finish("terminal");
