const { interpreter, tag, check, equal, holds, until, once, lacks } = conformance;
const row = (member, name, action) => check(`${member}`, name, interpreter, "worker", action);
const byId = (id) => document.getElementById(id);
const box = (id) => byId(id).target?.querySelector(`.${tag}-editor-box`);
const button = (id) => box(id).querySelector("button");
const output = (id) => (id === "plain" ? byId("printed") : box(id).querySelector(`.${tag}-editor-output`));

/** Presses an editor's button and waits until the run is over. */
const run = async (id) => {
  await until(() => box(id), `the editor ${id}`);
  // At the document: an editor with a target dispatches it from the element before the target, not from its script.
  const done = once(document, "py-editor:done", `py-editor:done of ${id}`);
  button(id).click();
  await done;
  return output(id).innerText.trim();
};

await row("editor.setup", "runs unseen, before the others", async () => {
  equal(await run("second"), "ran before by setup");
  equal(box("setup"), undefined);
});
await row("editor.onbeforerun", "works", async () => equal(output("second").innerText.trim(), "ran before by setup"));
await row("tag.editor", "runs what it shows", async () => equal(await run("plain"), "by setup inline a file"));
await row("editor.env", "shared", async () => equal(byId("plain").parentNode.querySelectorAll(`script[env=shared]`).length, 6));
await row("editor.config", "inline JSON", async () => equal(byId("printed").innerText.trim(), "by setup inline a file"));
await row("editor.config", "file", async () => equal(await run("own"), "own from toml"));
await row("editor.target", "works", async () => {
  equal(byId("plain").target.id, "place");
  holds(byId("place").querySelector(`.${tag}-editor-box`), "no editor in the target");
  equal(byId("second").nextElementSibling.localName, `${tag}-editor`, "where an editor without a target is");
});
await row("editor.output", "works", async () => holds(byId("printed").classList.contains(`${tag}-editor-output`), "the output is elsewhere"));
await row("editor.rows", "works", async () => {
  const style = box("plain").querySelector(`.${tag}-editor-input > div`).shadowRoot.querySelector("style").textContent;
  holds(style.includes("max-height: 92px"), style);
  const height = box("plain").querySelector(`.${tag}-editor-input > div`).shadowRoot.querySelector(".cm-editor").getBoundingClientRect().height;
  holds(height > 0 && height <= 93, `the editor is ${height} px high`);
});
await row("editor.src", "setup", async () => {
  byId("second").code = "print(from_file)";
  equal(await run("second"), "the file of a setup");
  byId("second").code = "print(before, prepared)";
});
await row("editor.src", "shown editor", async () => {
  await until(() => box("file"), "the editor");
  equal(byId("file").code, "");
  return lacks("only a `setup` editor runs its file: one that is shown starts empty");
});
await row("editor.data-run", "works", async () => equal(button("plain").querySelector("b.go")?.textContent, "go"));
await row("editor.data-stop", "works", async () => {
  const done = once(document, "py-editor:done");
  button("plain").click();
  await until(() => button("plain").innerHTML === "<i>stop</i>" || button("plain").querySelector("b.go"), "the button");
  equal(button("plain").innerHTML, "<i>stop</i>", "the button while the code runs");
  await done;
});
await row("editor.service-worker", "is not needed where SharedArrayBuffer is there", async () => {
  equal(output("own").innerText.trim(), "own from toml");
  equal(byId("own").xworker instanceof Worker, true);
});
await row("event.editor-done", "after each run", async () => {
  let count = 0;
  byId("second").addEventListener("py-editor:done", () => count++);
  await run("second");
  await run("second");
  equal(count, 2);
});
await row("event.editor-done", "where it comes from", async () => {
  const sources = [];
  document.addEventListener("py-editor:done", (event) => sources.push(event.target.id || event.target.localName));
  await run("second");
  await run("plain");
  equal(sources, ["second", "before-place"]);
});
await row("tag.editor", "shows errors", async () => holds((await run("failing")).includes("seen in the output"), output("failing").innerText));
await row("tag.editor", "code and process", async () => {
  equal(byId("second").code.trim(), "print(before, prepared)");
  byId("second").code = "print('replaced')";
  equal(await run("second"), "replaced");
  await byId("second").process("processed = 'by process'");
  byId("second").code = "print(processed)";
  equal(await run("second"), "by process");
});
await row("tag.editor", "handleEvent", async () => {
  let seen;
  byId("second").handleEvent = (event) => ((seen = event.code), false);
  button("second").click();
  await until(() => seen, "the handler");
  equal(seen, "print(processed)");
});
await row("editor.env-override", "replaces the environment", async () => {
  const script = document.createElement("script");
  Object.assign(script, { type: `${tag}-editor`, id: "override", textContent: "from pyscript import config\nprint(config['name'], 'prepared' in globals())" });
  script.setAttribute("env", "shared");
  script.setAttribute("env-override", "");
  script.setAttribute("config", '{"name": "overridden"}');
  document.body.append(script);
  equal(await run("override"), "overridden False");
});
await row("editor.env", "one of each", async () => {
  const script = document.createElement("script");
  Object.assign(script, { type: `${tag}-editor`, id: "lonely", textContent: "print('prepared' in globals())" });
  document.body.append(script);
  equal(await run("lonely"), "False");
});
conformance.finish("editors");
