// Runs in a worker of PolyScript's once its interpreter is there, before the page's code: says what the page's own probe cannot see.
({ interpreter }) => {
  const modulesOf = %MODULES%;
  let before = null;
  let lines = -1;
  let runs = 0;
  for (const key of ['runPython', 'runPythonAsync']) {
    interpreter[key] = new Proxy(interpreter[key], {
      apply(target, self, values) {
        const [code] = values;
        // PyScript's own code comes first, then the page's; an editor's follows later.
        if (typeof code === 'string' && !code.includes('__polyscript_workers__') && ++runs <= 2) {
          before = modulesOf(interpreter);
          lines = code.split('\n').length - 1;
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
      modules: wantsAll ? modulesOf(interpreter).filter((each) => !before?.includes(each)) : [],
    }),
  });
}
