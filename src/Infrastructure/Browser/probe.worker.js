// Runs in a worker of PolyScript's once its interpreter is there, before the page's code: says what the page's own probe cannot see.
({ interpreter }) => {
  const modulesOf = %MODULES%;
  // Pyodide has its timers by now, and has had them from the runner; MicroPython takes them when it is asked to wait.
  if (!(`%NAME%-timers` in globalThis)) (%TIMERS%)('%NAME%');
  let before = null;
  let lines = -1;
  const own = %CODE%;
  for (const key of ['runPython', 'runPythonAsync']) {
    interpreter[key] = new Proxy(interpreter[key], {
      apply(target, self, values) {
        const [code] = values;
        // PyScript's own code comes first, then the page's, up to 2024 as one; an editor's follows when it is run.
        if (typeof code === 'string' && lines < 0) {
          before = modulesOf(interpreter);
          if (own !== '' && code.replace(/\s+/g, '').endsWith(own)) lines = code.split('\n').length - 1;
        }
        return Reflect.apply(target, self, values);
      },
    });
  }
  Object.defineProperty(globalThis, '%NAME%', {
    value: (wantsAll) => JSON.stringify({
      id: %ID%,
      lines,
      busy: globalThis['%NAME%-timers']?.() ?? false,
      dropped: globalThis['%NAME%-dropped']?.() ?? 0,
      modules: wantsAll ? modulesOf(interpreter).filter((each) => !before?.includes(each)) : [],
    }),
  });
  // Heard by the page's probe alone, which lets it go no further.
  postMessage('%NAME%');
}
