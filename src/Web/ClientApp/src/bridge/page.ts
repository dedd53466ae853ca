import { Listener } from './console';
import { boundDialogs } from './dialogs';
import { answer, replaceInput, type Question } from './input';
import { post } from './natives';
import { Outbox } from './outbox';
import { cut } from './render';
import { hello, longest, portFor, type HubMessage, type PageMessage, type Phase } from './protocol';
import { connect, type WorkerMessage } from './threads';
import { readLineage, wrapWorkers } from '../workers';

// Messages that wait for the hub's port; lines among them are bounded by the outbox already.
const mostWaiting = 1_000;

const tags = ['py', 'mpy'] as const;
const scripts = tags.flatMap((tag) => [`script[type="${tag}"]`, `${tag}-script`]).join();

/** The bridge's part in a page: hands what happens in it to the hub, through the one port that it is given. */
export function startPage(): void {
  const script = document.currentScript as HTMLScriptElement;
  const hub = script.dataset['hub'] ?? '';
  const lineage = readLineage('__hubBridge');
  // A page's first script is its own.
  script.remove();
  // Whoever runs something without saving it sees it in a frame of the hub; an address to pass on is what publishing is for. Most
  // browsers say what they ask for, and the hub answers accordingly: this is for the others.
  if (script.dataset['framed'] !== undefined && window.top === window) {
    window.stop();
    document.documentElement.replaceChildren();
    location.replace(hub);
    return;
  }
  // Opened on its own, there is nobody to tell.
  if (window.parent === window || hub === '') return;

  let port: MessagePort | undefined;
  const waiting: PageMessage[] = [];
  const send = (message: PageMessage) => {
    if (port) post(port, message);
    else if (waiting.length < mostWaiting) waiting.push(message);
  };
  const outbox = new Outbox((lines, dropped) => { send({ kind: 'lines', lines, dropped }); });
  const listener = new Listener(outbox, 'main');
  const questions: Question[] = [];

  const onHubMessage = ({ data }: MessageEvent<HubMessage>) => {
    if (data.kind === 'ping') {
      send({ kind: 'pong' });
      // document.open() takes every listener off document and window.
      listen();
    } else {
      const question = questions.shift();
      if (question) answer(question, data.text);
    }
  };
  addEventListener('message', (event) => {
    if (event.source !== window.parent || event.origin !== hub || event.data !== portFor) return;
    const given = event.ports[0];
    if (!given) return;
    event.stopImmediatePropagation();
    // A script of the page may say hello as well, and the hub then answers with another port: the last one holds.
    port = given;
    port.onmessage = onHubMessage;
    for (const message of waiting.splice(0)) post(port, message);
  });
  window.parent.postMessage(hello, hub);

  let sources = 0;
  const sourceOf = (source: { address?: string; text?: string }): number => {
    send({ kind: 'source', source: { id: sources, page: location.href, ...source } });
    return sources++;
  };

  const adopt = (end: MessagePort) => {
    let source: number | undefined;
    end.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
      switch (data.kind) {
        case 'lines':
          data.lines.forEach((line, index) => outbox.add(source === undefined ? line : { ...line, source }, index === 0 ? data.dropped : 0));
          break;
        case 'code':
          source = sourceOf({ text: data.text });
          break;
        case 'question':
          questions.push(data.question);
          outbox.flush();
          send({ kind: 'input', prompt: data.question.prompt });
          break;
        case 'worker':
          adopt(data.port);
      }
    };
  };
  wrapWorkers('__hubBridge', lineage, (worker) => {
    adopt(connect(worker));
    worker.addEventListener('error', (event) => {
      // One with a message is an error in the worker, which it has told itself.
      if (!(event instanceof ErrorEvent)) listener.line('error', 'A worker could not be loaded.');
    });
  });

  // Which script runs is known by PyScript's events, which bubble up from it.
  const known = new Map<Element, number>();
  const awaited = new Set<Element>();
  let phase: Phase = 'starting';
  const enter = (next: Phase, detail?: string) => {
    phase = next;
    outbox.flush();
    send({ kind: 'phase', phase, ...(detail !== undefined && { detail: cut(detail, 200) }) });
  };
  const onReady = ({ target }: Event) => {
    if (target instanceof Element && !target.hasAttribute('worker')) {
      const file = target.getAttribute('src');
      const id = known.get(target) ?? sourceOf(file === null ? { text: (target.textContent).slice(0, longest.source) } : { address: new URL(file, document.baseURI).href });
      known.set(target, id);
      listener.source = id;
    }
    if (phase === 'starting') enter('running');
  };
  const onDone = ({ target }: Event) => {
    if (target instanceof Element) awaited.delete(target);
    if (awaited.size === 0 && phase !== 'done') enter('done');
  };
  const onAllDone = () => {
    if (phase !== 'done') enter('done');
  };
  const onProgress = (event: Event) => {
    if (phase === 'starting') enter('starting', String((event as CustomEvent<unknown>).detail));
  };
  const onParsed = () => {
    void hookInput();
    for (const element of document.querySelectorAll(scripts)) awaited.add(element);
    if (awaited.size === 0) enter('running');
  };
  const onLoad = () => {
    // A page without Python is there when it is loaded.
    if (phase === 'running' && awaited.size === 0) enter('done');
  };
  function listen(): void {
    listener.listen();
    for (const tag of tags) {
      addEventListener(`${tag}:ready`, onReady);
      addEventListener(`${tag}:done`, onDone);
      addEventListener(`${tag}:progress`, onProgress);
    }
    addEventListener('py:all-done', onAllDone);
    document.addEventListener('DOMContentLoaded', onParsed);
    addEventListener('load', onLoad);
    // No listener for leaving: Chromium would keep the process of a page that never rests alive for it, and the next run would
    // begin in that.
  }

  // PyScript's own hooks, out of the module that the page has loaded: import() of its address gives that very one.
  const hookInput = async () => {
    for (const core of document.querySelectorAll<HTMLScriptElement>('script[type="module"][src]')) {
      if (!/\/core(\.min)?\.js$/.test(new URL(core.src).pathname)) continue;
      try {
        const { hooks } = (await import(/* @vite-ignore */ core.src)) as { hooks?: { main?: Record<string, unknown> } };
        for (const name of ['codeBeforeRun', 'codeBeforeRunAsync']) {
          const code = hooks?.main?.[name];
          if (code instanceof Set) code.add(replaceInput);
        }
      } catch {
        // What cannot be loaded was said by the script element itself.
      }
    }
  };

  // Errors that PyScript shows in the page and says nowhere else.
  new MutationObserver((records) => {
    for (const { addedNodes } of records) {
      for (const added of addedNodes) {
        if (added instanceof HTMLElement && added.matches('div.py-error, div.mpy-error')) listener.errorText((added.textContent).trimEnd());
      }
    }
  }).observe(document, { childList: true, subtree: true });

  listener.wrapConsole();
  boundDialogs(listener);
  listen();
}
