// Bounds what a thread prints, lines and letters, at once and then each second: what is more is counted and goes no further.
(hear) => {
  const { apply } = Reflect;
  const now = performance.now.bind(performance);
  const longest = 20_000;
  const full = { errors: 1_000, others: 4_000, letters: 4_000_000 };
  const perSecond = { errors: 100, others: 200, letters: 200_000 };
  const purse = { ...full };
  let dropped = 0;
  let counted = now();
  const spend = (level, letters) => {
    const passed = (now() - counted) / 1_000;
    if (passed > 0.1) {
      counted += passed * 1_000;
      for (const key of Object.keys(full)) purse[key] = Math.min(full[key], purse[key] + passed * perSecond[key]);
    }
    const key = level === 'error' ? 'errors' : 'others';
    if (purse[key] < 1 || purse.letters < letters) { dropped += 1; return false; }
    purse[key] -= 1;
    purse.letters -= letters;
    return true;
  };
  for (const level of Object.keys(console)) {
    const native = console[level];
    if (typeof native !== 'function') continue;
    console[level] = new Proxy(native, {
      apply(target, self, values) {
        if (level === 'error') hear(values);
        const short = values.map((value) => (typeof value === 'string' && value.length > longest ? value.slice(0, longest) : value));
        const letters = short.reduce((sum, value) => sum + (typeof value === 'string' ? value.length : 0), 0);
        return spend(level, letters) ? apply(target, self, short) : undefined;
      },
    });
  }
  return { dropped: () => dropped };
}
