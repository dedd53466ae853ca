// Runs before all scripts of a page that is smoke-tested and says what becomes of its Python. It is in the page's own world and
// so not trusted: a page can make it say anything, to its own harm (PageWatch compares it with what the browser fetched).
// It looks and does not touch: what a page calls does what it always did, except for floods, dialogs and pop-ups without end.
(() => {
  'use strict';
  const name = '%NAME%';
  const runtime = '%RUNTIME%';
  const send = globalThis[name];
  delete globalThis[name];
  let heard = () => { };
  const printed = (%PURSE%)((values) => { heard(values); });
  // The page's frames are none of its scripts.
  if (window !== window.top || typeof send !== 'function') return;

  // What a page may replace is taken before it can.
  const { apply, construct } = Reflect;
  const { stringify } = JSON;
  const now = performance.now.bind(performance);
  const later = setTimeout.bind(globalThis);
  const listen = EventTarget.prototype.addEventListener;
  const matches = Element.prototype.matches;
  const attribute = Element.prototype.getAttribute;
  const find = Document.prototype.querySelectorAll;
  const click = HTMLElement.prototype.click;
  const post = Worker.prototype.postMessage;
  const text = Object.getOwnPropertyDescriptor(Node.prototype, 'textContent').get;
  const core = Symbol.for('@pyscript/core');
  const poly = Symbol.for('polyscript');

  const longest = 20_000;
  const cut = (value) => { value = `${value}`; return value.length > longest ? value.slice(0, longest) : value; };
  let said = 0;
  const say = (...message) => {
    if (++said > 5_000) return;
    try { send(stringify([now(), ...message])); } catch { /* the page is going away */ }
  };

  const lines = (code) => {
    let count = 0;
    for (let at = code.indexOf('\n'); at >= 0; at = code.indexOf('\n', at + 1)) count += 1;
    return count;
  };

  // ---- scripts

  const kinds = /^(?:py|mpy|py-game|pyodide|micropython|m?py-editor)$/;
  const types = 'py|mpy|py-game|pyodide|micropython'.split('|');
  const selector = 'script[type],py-script,mpy-script,py-config,mpy-config';
  const scripts = new Map();
  const byId = [];
  const editors = [];

  const typeOf = (element) => {
    const tag = element.localName;
    if (tag === 'py-script' || tag === 'mpy-script') return tag.slice(0, -7);
    if (tag !== 'script') return '';
    const type = (apply(attribute, element, ['type']) ?? '').toLowerCase().replace(/-active$/, '');
    return kinds.test(type) ? type : '';
  };

  const meetScript = (element) => {
    if (scripts.has(element)) return;
    const config = /^m?py-config$/.test(element.localName);
    const type = typeOf(element);
    if (type === '' && !config) return;
    if (config) {
      scripts.set(element, null);
      say('config', cut(apply(attribute, element, ['src']) ?? apply(text, element, [])));
      return;
    }
    const get = (key) => apply(attribute, element, [key]);
    const script = { id: byId.length, type, element, ready: false, done: false };
    scripts.set(element, script);
    byId[byId.length] = script;
    const content = apply(text, element, []);
    say('script', script.id, type, get('worker') !== null, get('src') ?? '', lines(content), cut(content), get('setup') !== null);
    if (get('config')) say('config', cut(get('config')));
    for (const what of ['ready', 'done']) apply(listen, element, [`${type}:${what}`, () => { happened(script, what); }]);
    if (type.endsWith('-editor')) {
      editors[editors.length] = script;
      apply(listen, element, [type, () => { setUp(script); }]);
    }
    if (type === 'py-game') apply(listen, element, ['py-game', (event) => { happened(script, 'ready'); game(script, event); }]);
  };

  const isMain = ({ element, type }) => !type.endsWith('-editor') && apply(attribute, element, ['worker']) === null;

  const happened = (script, what) => {
    if (script[what]) return;
    script[what] = true;
    if (what === 'ready' && isMain(script)) running = script;
    say(what, script.id);
  };

  // A game has no event of its own for its end.
  const game = (script, { detail }) => {
    const interpreter = detail?.wrap?.interpreter;
    const native = interpreter?.runPythonAsync;
    if (typeof native !== 'function') return;
    interpreter.runPythonAsync = (...values) => {
      delete interpreter.runPythonAsync;
      const result = apply(native, interpreter, values);
      result.then(() => { happened(script, 'done'); }, () => { });
      return result;
    };
  };

  // ---- interpreters on the main thread

  let running = null;
  const owners = new WeakMap();
  const interpreters = [];
  const meeting = new Set();

  // A type's promise is kept with a worker where that comes first; what event attributes wait for is the interpreter of the page.
  const meetInterpreters = () => {
    const known = globalThis[poly];
    if (typeof known?.whenDefined !== 'function') return;
    for (const type of types) {
      try {
        known.env[type].then((interpreter) => { watch(type, interpreter); }, () => { });
        if (meeting.has(type)) continue;
        meeting.add(type);
        known.whenDefined(type).then((wrap) => { watch(type, wrap?.interpreter); }, () => { });
      } catch { /* not PolyScript's */ }
    }
  };

  const watch = (type, interpreter) => {
    if (typeof interpreter?.runPython !== 'function' || interpreters.some((each) => each.interpreter === interpreter)) return;
    const each = { type, interpreter, first: null, before: null };
    interpreters.push(each);
    for (const key of ['runPython', 'runPythonAsync']) {
      const native = interpreter[key];
      if (typeof native !== 'function') continue;
      interpreter[key] = new Proxy(native, {
        apply(target, self, values) {
          const script = typeof values[0] === 'string' ? scriptOf(type, values[0]) : undefined;
          if (!script) return apply(target, self, values);
          // Of the calls before a script's end the last has its own code; PyScript's come before it.
          each.first ??= script;
          if (each.first === script) each.before = modulesOf(interpreter);
          if (isOf(script, values[0])) say('run', script.id, lines(values[0]));
          const owns = (error) => { if (typeof error === 'object' && error !== null) owners.set(error, script.id); };
          try {
            const result = apply(target, self, values);
            if (key === 'runPythonAsync') result?.then?.(undefined, owns);
            return result;
          } catch (error) {
            owns(error);
            throw error;
          }
        },
      });
    }
  };

  // Whether code ends with a script's own; the text of a file is not known here.
  const squash = (code) => code.replace(/\s+/g, '');
  const isOf = ({ element }, code) => {
    if (apply(attribute, element, ['src'])) return true;
    const own = squash(apply(text, element, []));
    return own !== '' && squash(code).endsWith(own);
  };
  // Several run at a time where they wait: the one with this code, else the first whose code is not known.
  const scriptOf = (type, code) => {
    const open = byId.filter((script) => script.type === type && script.ready && !script.done && isMain(script));
    return open.find((script) => !apply(attribute, script.element, ['src']) && isOf(script, code)) ?? open.find(({ element }) => apply(attribute, element, ['src'])) ?? open[0];
  };

  // As text, since it is run in workers too.
  const modulesOf = %MODULES%;

  // ---- workers

  const inWorkers = %WORKER%;
  const workers = [];
  let bootstrapped = 0;
  const NativeWorker = globalThis.Worker;
  globalThis.Worker = new Proxy(NativeWorker, {
    construct(target, values, newTarget) {
      const worker = construct(target, values, newTarget);
      const each = { id: workers.length, worker };
      workers[workers.length] = each;
      if (workers.length <= 200) {
        apply(listen, worker, ['message', (event) => {
          if (!each.isPython) return;
          const { data } = event;
          if (data === name) {
            event.stopImmediatePropagation();
            each.isLoaded = true;
            say('worker-loaded', each.id);
            if (editing) happened(editing, 'ready');
          } else if (data === 'polyscript:done') say('worker-done', each.id);
          else if (data instanceof Error) say('worker-error', each.id, cut(data.message || data));
        }]);
        each.url = cut(values[0]);
      }
      return worker;
    },
  });
  NativeWorker.prototype.postMessage = new Proxy(post, {
    apply(target, self, values) {
      const [data] = values;
      const each = typeof data?.code === 'string' && typeof data.options === 'object' && data.options !== null ? workers.find(({ worker }) => worker === self) : undefined;
      if (each && !each.isPython) {
        each.isPython = true;
        bootstrapped += 1;
        const owner = [...scripts.values()].find((script) => script?.element.xworker === self || script?.element.id && script.element.id === data.options.id);
        say('worker', each.id, each.url ?? '', owner?.id ?? -1, `${data.options.type}`, cut(data.code));
        if (typeof data.options.config === 'object') say('config', cut(stringify(data.options.config) ?? ''));
        try {
          const hooks = data.hooks ?? (data.hooks = {});
          const begin = typeof hooks.onReady === 'string' ? hooks.onReady : '()=>{}';
          hooks.onReady = `(w,x)=>{try{(${inWorkers.replace('%ID%', each.id).replace('%CODE%', () => stringify(squash(data.code)))})(w)}catch{}return(${begin})(w,x)}`;
        } catch { /* frozen by the page: then less is known of it */ }
      }
      return apply(target, self, values);
    },
  });

  let assembled = 0;
  for (const key of ['instantiate', 'instantiateStreaming']) {
    WebAssembly[key] = new Proxy(WebAssembly[key], { apply(target, self, values) { assembled += 1; return apply(target, self, values); } });
  }

  // ---- errors

  const isPython = (value) => value instanceof Error && (value.name === 'PythonError' || value.constructor?.name === 'PythonError' || `${value.message}`.startsWith('Traceback (most recent call last)'));
  const recent = { errors: [], lines: [] };
  const remember = (list, value) => { list.push(value); if (list.length > 200) list.shift(); };

  heard = (values) => {
    for (const value of values) {
      if (value instanceof Error) {
        remember(recent.errors, `${value.message}`.trim());
        if (isPython(value)) say('python-error', owners.get(value) ?? (running && !running.done ? running.id : -1), cut(value.message));
      } else if (typeof value === 'string') remember(recent.lines, value.trim());
    }
  };

  // A box of PyScript's. What Python wrote to stderr comes in one as well; that was a line of the console before.
  const box = (element) => {
    const content = cut(apply(text, element, [])).trim();
    const isLine = recent.lines.includes(content) && !/^\(PY\d{4}\)/.test(content);
    const owner = running && !running.done ? running : editors.find(isSetup);
    say('box', !isLine, owner?.id ?? -1, content);
  };

  // ---- dialogs, pop-ups

  // Each is dismissed; a page that asks without end is answered without a dialog.
  for (const [key, answer] of [['alert', undefined], ['confirm', false], ['prompt', null]]) {
    let left = 20;
    globalThis[key] = new Proxy(globalThis[key], { apply: (target, self, values) => (left-- > 0 ? apply(target, self, values) : answer) });
  }
  globalThis.print = new Proxy(globalThis.print, { apply: () => undefined });
  // As a browser answers where nobody clicked.
  globalThis.open = new Proxy(globalThis.open, { apply: () => null });

  // ---- what is still to come

  const due = new Map();
  let scheduled = -Infinity;
  let animated = -Infinity;
  // Core's own timers go on for ever and say nothing of the page's code.
  const isCores = () => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 3;
    const { stack } = new Error();
    Error.stackTraceLimit = limit;
    return (stack.split('\n')[3] ?? '').includes(`${runtime}/pyscript/`);
  };
  const timer = (repeats) => ({
    apply(target, self, values) {
      const id = apply(target, self, values);
      const delay = Math.max(0, Number(values[1]) || 0);
      if (isCores()) return id;
      if (!repeats) scheduled = now();
      if (delay >= 10 || repeats) {
        if (due.size > 5_000) due.clear();
        due.set(id, repeats ? -Math.max(delay, 1) : now() + delay);
      }
      return id;
    },
  });
  globalThis.setTimeout = new Proxy(globalThis.setTimeout, timer(false));
  globalThis.setInterval = new Proxy(globalThis.setInterval, timer(true));
  for (const key of ['clearTimeout', 'clearInterval']) {
    globalThis[key] = new Proxy(globalThis[key], { apply(target, self, values) { due.delete(values[0]); return apply(target, self, values); } });
  }
  globalThis.requestAnimationFrame = new Proxy(globalThis.requestAnimationFrame, {
    apply(target, self, values) {
      if (!isCores()) animated = now();
      return apply(target, self, values);
    },
  });
  const isBusy = () => {
    const at = now();
    if (at - scheduled < 100 || at - animated < 100) return true;
    for (const [id, when] of due) {
      if (when >= 0 && when < at) due.delete(id);
      else if (when >= 0 ? when < at + 3_000 : -when <= 3_000) return true;
    }
    return false;
  };

  // ---- editors: each is run once, one after the other, those that set up before all others by PyScript itself

  let editing = null;
  const buttonOf = ({ element, type }) => {
    const named = apply(attribute, element, ['target']);
    const target = element.target instanceof Element ? element.target
      : named ? document.getElementById(named) ?? document.querySelector(named)
      : element.nextElementSibling;
    return target?.querySelector(`.${type}-run-button`);
  };
  const outputOf = ({ element, type }, button) => {
    const named = apply(attribute, element, ['output']);
    return (named && document.getElementById(named)) || button.closest(`.${type}-box`)?.querySelector(`.${type}-output`);
  };
  // The plugin puts errors into the page as markup, which makes elements of `<exec>` and `<module>`.
  const unmarked = (html) => html.replace(/<\/[\w-]+>/g, '').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
  const isSetup = ({ element }) => element.hasAttribute('setup');
  // The plugin tells of a set-up that was begun. The next code of the same interpreter runs when it has ended.
  const setUp = (editor) => {
    if (!isSetup(editor)) { nextEditor(); return; }
    happened(editor, 'ready');
    const env = apply(attribute, editor.element, ['env']);
    const worker = editors.find(({ element }) => element.xworker && apply(attribute, element, ['env']) === env)?.element.xworker;
    const over = () => { happened(editor, 'done'); nextEditor(); };
    later(over, 5_000);
    try {
      Promise.resolve(worker?.sync?.runAsync?.('')).then(over, over);
    } catch { over(); }
  };
  const nextEditor = () => {
    if (editing || document.readyState !== 'complete' || editors.some((editor) => isSetup(editor) && !editor.done)) return;
    const editor = editors.find((each) => !each.isBegun && !isSetup(each) && each.element.isConnected);
    const button = editor && buttonOf(editor);
    if (!button) return;
    editing = editor;
    editor.isBegun = true;
    let isOver = false;
    const over = (hasEnded) => {
      if (isOver) return;
      isOver = true;
      observer.disconnect();
      editing = null;
      if (hasEnded) {
        const output = outputOf(editor, button);
        // Some releases write each line on its own.
        const red = [...output?.querySelectorAll('span[style*="red"]') ?? []].map((span) => unmarked(span.innerHTML));
        if (red.length > 0) say('editor-error', editor.id, cut(red.join('\n')));
        happened(editor, 'ready');
        happened(editor, 'done');
        // Each editor without a name has an interpreter of its own: a long lesson's would not fit into memory together.
        if (editors.length > 4 && !editor.element.hasAttribute('env')) editor.element.xworker?.terminate();
      }
      nextEditor();
    };
    const look = () => { if (!button.isConnected || !button.classList.contains('running') && !button.disabled) over(true); };
    const observer = new MutationObserver(look);
    observer.observe(button, { attributes: true });
    apply(click, button, []);
    // Where another editor has made the interpreter that this one shares, it is there already.
    const env = apply(attribute, editor.element, ['env']);
    if (env && editors.some((each) => each !== editor && each.ready && apply(attribute, each.element, ['env']) === env)) happened(editor, 'ready');
    // Where the page answers for the editor itself, nothing runs.
    later(look, 0);
    // What runs for good keeps the others from being run no longer than this, once it has begun.
    const tired = () => { if (editor.ready) over(false); else if (!isOver) later(tired, 1_000); };
    later(tired, 5_000);
  };

  // ---- what the page shows

  const meet = (node) => {
    if (node.nodeType !== 1) return;
    if (apply(matches, node, [selector])) meetScript(node);
    else if (apply(matches, node, ['div.py-error,div.mpy-error'])) box(node);
    if (node.firstElementChild) for (const inner of node.querySelectorAll(selector)) meetScript(inner);
  };
  const events = () => {
    for (const type of types) {
      for (const what of ['ready', 'done']) {
        apply(listen, window, [`${type}:${what}`, ({ target }) => {
          if (target instanceof Element) meetScript(target);
          const script = scripts.get(target);
          if (script) happened(script, what);
        }, true]);
      }
    }
    for (const type of ['py', 'mpy', 'py-game']) apply(listen, window, [`${type}:progress`, ({ detail }) => { meetInterpreters(); say('progress', cut(detail)); }, true]);
    apply(listen, document, ['DOMContentLoaded', () => { say('parsed'); meetInterpreters(); }]);
    apply(listen, window, ['load', () => { say('loaded'); meetInterpreters(); later(nextEditor, 0); }]);
    apply(listen, window, ['error', ({ target }) => {
      if (target instanceof Element) say('not-loaded', target.localName, cut(target.src || target.href || ''));
    }, true]);
  };
  let root = null;
  new MutationObserver((records) => {
    for (const { addedNodes } of records) for (const node of addedNodes) meet(node);
    // document.open() takes all listeners away.
    if (root !== null && root !== document.documentElement && document.documentElement) events();
    root = document.documentElement ?? root;
    if (editors.length > 0) nextEditor();
  }).observe(document, { childList: true, subtree: true });
  events();
  say('begun', location.href);

  // ---- asked by the runner

  // What a terminal shows is written nowhere else.
  const terminals = () => {
    const found = [];
    for (const script of byId) {
      const buffer = script.element.terminal?.buffer?.active;
      if (!buffer) continue;
      let content = '';
      for (let at = 0; at < buffer.length && content.length < longest; at++) {
        const line = buffer.getLine(at);
        content += (at > 0 && !line.isWrapped ? '\n' : '') + line.translateToString(true);
      }
      // A line feed alone leaves the cursor in its column: lines of a traceback stand in steps.
      found.push([script.id, content.trimEnd().replace(/^ +(?=(?:Traceback |[A-Z]\w*(?:Error|Exception|Interrupt)\b))/gm, '').replace(/^ +(?=File ")/gm, '  ')]);
    }
    return found;
  };
  Object.defineProperty(globalThis, name, {
    value: (wantsAll) => stringify({
      busy: isBusy(),
      dropped: printed.dropped(),
      assembled,
      bootstrapped,
      gone: byId.filter(({ element, ready }) => !ready && !element.isConnected).map(({ id }) => id),
      custom: custom(),
      terminals: terminals(),
      modules: wantsAll ? interpreters.flatMap(({ interpreter, before }) => {
        if (!before) return [];
        const then = new Set(before);
        return modulesOf(interpreter).filter((each) => !then.has(each));
      }) : [],
    }),
  });
  // Scripts of a type that a page made itself, by PolyScript's define().
  const custom = () => {
    if (!globalThis[poly] || globalThis[core]) return 0;
    return [...apply(find, document, ['script[type]'])].filter((element) => {
      const type = element.type.toLowerCase();
      return type !== '' && type !== 'module' && type !== 'importmap' && type !== 'speculationrules' && !type.includes('/') && typeOf(element) === '';
    }).length;
  };
})();
