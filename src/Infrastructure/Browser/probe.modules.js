// The names of the top-level modules that Python has imported. MicroPython keeps those that are built in out of sys.modules: they
// are found by name where the page's code holds them.
(interpreter) => {
  const names = new Set();
  try {
    const isPyodide = typeof interpreter.loadPackage === 'function';
    const take = (name) => {
      const top = `${name}`.split('.')[0];
      if (top !== '' && !top.startsWith('_') && !/^(?:pyscript|polyscript|js|pyodide|pyodide_js|pyodide_kernel|webbrowser_pyodide)$/.test(top)) names.add(top);
    };
    const sys = interpreter.pyimport('sys');
    const modules = sys.modules;
    for (const name of modules) take(name);
    if (isPyodide) {
      modules.destroy();
      sys.destroy();
    } else {
      const builtins = interpreter.pyimport('builtins');
      const main = interpreter.pyimport('__main__').__dict__;
      for (const key of main) {
        const found = /^<module '([^']+)'/.exec(`${builtins.str(main[key])}`);
        if (found) take(found[1]);
      }
    }
  } catch { /* an interpreter that lacks these, or a page that replaced them */ }
  return [...names];
}
