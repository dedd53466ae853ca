// As much as browsers give an origin, in UTF-16 units.
const quota = 5 * 1024 * 1024;

/** A Storage that lasts as long as the page: an object whose properties are its items, as the standard has it. */
export function memoryStorage(): Storage {
  const items = new Map<string, string>();
  const size = () => [...items].reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  const put = (key: string, value: string) => {
    const before = items.get(key);
    const growth = value.length + (before === undefined ? key.length : -before.length);
    if (growth > 0 && size() + growth > quota) throw new DOMException(`Setting the value of '${key}' exceeded the quota.`, 'QuotaExceededError');
    items.set(key, value);
  };

  // `localStorage instanceof Storage` holds, and the native methods, which would refuse this object, are covered.
  const methods = Object.create(Storage.prototype, {
    length: { get: () => items.size },
    key: { value: (index: number) => [...items.keys()][index] ?? null },
    getItem: { value: (key: unknown) => items.get(String(key)) ?? null },
    setItem: { value: (key: unknown, value: unknown) => { put(String(key), String(value)); } },
    removeItem: { value: (key: unknown) => { items.delete(String(key)); } },
    clear: { value: () => { items.clear(); } },
  }) as Storage;

  return new Proxy(Object.create(methods) as Storage, {
    get: (target, name) => typeof name === 'string' && !(name in methods) ? items.get(name) : Reflect.get(target, name) as unknown,
    set: (target, name, value) => {
      if (typeof name === 'symbol') return Reflect.set(target, name, value);
      put(name, String(value));
      return true;
    },
    has: (target, name) => (typeof name === 'string' && items.has(name)) || Reflect.has(target, name),
    deleteProperty: (target, name) => {
      if (typeof name === 'symbol') return Reflect.deleteProperty(target, name);
      items.delete(name);
      return true;
    },
    ownKeys: target => [...items.keys(), ...Reflect.ownKeys(target).filter(name => typeof name === 'symbol')],
    getOwnPropertyDescriptor: (target, name) => typeof name === 'string' && items.has(name)
      ? { value: items.get(name), configurable: true, enumerable: true, writable: true }
      : Reflect.getOwnPropertyDescriptor(target, name),
  });
}
