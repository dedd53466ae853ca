// Runs in a worker as early as the runner gets there: whether timers are still to come, and how much it prints.
(name) => {
  const printed = (%PURSE%)(() => { });
  const due = new Map();
  let scheduled = -Infinity;
  const timer = (repeats) => ({
    apply(target, self, values) {
      const id = Reflect.apply(target, self, values);
      const delay = Math.max(0, Number(values[1]) || 0);
      if (!repeats) scheduled = performance.now();
      if (delay >= 10 || repeats) {
        if (due.size > 5_000) due.clear();
        due.set(id, repeats ? -Math.max(delay, 1) : performance.now() + delay);
      }
      return id;
    },
  });
  globalThis.setTimeout = new Proxy(globalThis.setTimeout, timer(false));
  globalThis.setInterval = new Proxy(globalThis.setInterval, timer(true));
  for (const key of ['clearTimeout', 'clearInterval']) {
    globalThis[key] = new Proxy(globalThis[key], { apply(target, self, values) { due.delete(values[0]); return Reflect.apply(target, self, values); } });
  }
  Object.defineProperty(globalThis, `${name}-timers`, {
    value: () => {
      const at = performance.now();
      if (at - scheduled < 100) return true;
      for (const [id, when] of due) {
        if (when >= 0 && when < at) due.delete(id);
        else if (when >= 0 ? when < at + 3_000 : -when <= 3_000) return true;
      }
      return false;
    },
  });
  Object.defineProperty(globalThis, `${name}-dropped`, { value: printed.dropped });
}
