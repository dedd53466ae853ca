import { Listener } from './console';
import { hubInput, replaceInput, wait } from './input';
import { post } from './natives';
import { Outbox } from './outbox';
import { longest } from './protocol';
import { render } from './render';
import { connect, workerPort, type WorkerMessage } from './threads';
import { readLineage, restoreBase, wrapWorkers } from '../workers';

interface Bootstrap {
  code?: unknown;
  options?: { type?: unknown };
  hooks?: Record<string, unknown>;
}

/** The bridge's part in a worker: what it prints and what goes wrong in it goes to the page, even while it never rests. */
export function startWorker(): void {
  // Until the port is there, which is before any message of the page's is heard.
  const early: [WorkerMessage, Transferable[]][] = [];
  let port: MessagePort | undefined;
  const send = (message: WorkerMessage, transfer: Transferable[] = []) => {
    if (port) post(port, message, transfer);
    else if (early.length < 1_000) early.push([message, transfer]);
  };
  const outbox = new Outbox((lines, dropped) => { send({ kind: 'lines', lines, dropped }); });
  const listener = new Listener(outbox, 'worker');

  let isBegun = false;
  addEventListener('message', (event: MessageEvent<unknown>) => {
    const data = event.data;
    if (typeof data !== 'object' || data === null) return;
    const given = (data as Record<string, unknown>)[workerPort];
    if (given instanceof MessagePort && !port) {
      event.stopImmediatePropagation();
      port = given;
      for (const [message, transfer] of early.splice(0)) post(port, message, transfer);
      return;
    }
    if (isBegun) return;
    // PolyScript's first message: what to run, and what before it.
    const { code, options, hooks } = data as Bootstrap;
    if (typeof code !== 'string' || typeof options !== 'object') return;
    isBegun = true;
    send({ kind: 'code', text: code.slice(0, longest.source) });
    if (options.type !== 'pyodide' && options.type !== 'micropython') return;
    const all = hooks ?? ((data as Bootstrap).hooks = {});
    for (const key of ['codeBeforeRun', 'codeBeforeRunAsync']) {
      const before = all[key];
      all[key] = typeof before === 'string' && before !== '' ? `${before}\n${replaceInput}` : replaceInput;
    }
  });

  const canWait = globalThis.crossOriginIsolated && typeof SharedArrayBuffer === 'function';
  const ask = (prompt: unknown): string => {
    const text = prompt === undefined ? '' : render([prompt]);
    if (!canWait) {
      listener.note('input-cannot-wait', text);
      throw new Error('input() cannot wait here: the page is not cross-origin isolated, or this browser has no shared memory.');
    }
    outbox.flush();
    return wait((question) => { send({ kind: 'question', question }); }, text);
  };
  // JavaScript of workers has no prompt() elsewhere; Pyodide takes it as its standard input.
  for (const name of ['prompt', hubInput]) {
    Object.defineProperty(globalThis, name, { value: ask, configurable: true, writable: true });
  }

  listener.wrapConsole();
  listener.listen();
  const lineage = readLineage('__hubBridge');
  wrapWorkers('__hubBridge', lineage, (worker) => {
    const end = connect(worker);
    send({ kind: 'worker', port: end }, [end]);
  });
  if (lineage.base !== null) restoreBase(lineage.base);
}
