const { interpreter, tag, check, equal, holds, until, log, within } = conformance;
const row = (member, name, action) => check(member, name, interpreter, "worker", action);
const worker = (id) => until(() => document.getElementById(id).xworker, `the worker of ${id}`);

await row("config.sync_main_only", "the page calls the worker; the worker has no window", async () => {
  equal(crossOriginIsolated, false);
  const { ready, sync } = await worker("main-only");
  await within(ready, "the worker");
  equal(await sync.double(21), 42);
  holds((await sync.lacking()).includes("requires SharedArrayBuffer"), await sync.lacking());
});
await row("attribute.service-worker", "window and document without SharedArrayBuffer", async () => {
  await until(() => window.conformanceThrough, "the worker");
  equal(window.conformanceThrough, document.title);
  holds(navigator.serviceWorker.controller?.scriptURL.endsWith("/sw.js"), "no service worker");
});
conformance.finish("open");
