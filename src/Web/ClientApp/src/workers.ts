// What the storage stand-in and the preview's bridge share: each runs in a page and, before anything else, in its workers. Both
// may be at work in one page: each wraps what the other wrapped, and hands its lineage under a name of its own.

/** Where a worker of this page learns what it cannot see: the script's address, and its own behind the wrapping. */
export interface Lineage {
  /** The absolute address of the script that each worker runs first. */
  script: string;
  /** The worker's own absolute address; null in the page itself and where it is no http address. */
  base: string | null;
}

/** The name on the global object under which a lineage is handed; it is taken away as soon as it was read. */
export type LineageKey = '__hubStorageStandIn' | '__hubBridge';

type Scope = typeof globalThis & Partial<Record<LineageKey, Lineage>>;

export function readLineage(key: LineageKey): Lineage {
  const scope = globalThis as Scope;
  const handed = scope[key];
  if (handed) {
    Reflect.deleteProperty(scope, key);
    return handed;
  }
  return { script: (document.currentScript as HTMLScriptElement).src, base: null };
}

const blob = (text: string) => URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));

/**
 * Wraps `Worker`, so that each worker runs the lineage's script before its own. What is made stays a Worker with its own
 * name and options; a subclass stays a subclass. `onWorker` is called with each before anybody else has it.
 */
export function wrapWorkers(key: LineageKey, { script, base }: Lineage, onWorker?: (worker: Worker) => void): void {
  // Workers are missing where there is no such thing as nesting.
  if (typeof Worker !== 'function') return;

  // A page may revoke a blob at once, since the browser's own constructor has read it by then; the wrapped one reads it later.
  const pending = new Set<string>();
  const revoke = URL.revokeObjectURL.bind(URL);
  URL.revokeObjectURL = address => {
    if (pending.has(address)) setTimeout(() => { revoke(address); }, 60_000);
    else revoke(address);
  };

  globalThis.Worker = new Proxy(Worker, {
    construct(target, [given, options]: [string | URL, WorkerOptions?], newTarget) {
      let address: string;
      try {
        address = new URL(given, base ?? (typeof document === 'object' ? document.baseURI : location.href)).href;
      } catch {
        // What cannot be resolved is the browser's to complain about.
        return Reflect.construct(target, options === undefined ? [given] : [given, options], newTarget) as Worker;
      }
      if (address.startsWith('blob:')) pending.add(address);
      const lineage: Lineage = { script, base: /^https?:/.test(address) ? address : null };
      const hand = `globalThis[${JSON.stringify(key)}]=${JSON.stringify(lineage)};`;
      const wrapped = options?.type === 'module'
        // Static imports run in order, and before any message is delivered; a statement would run after them.
        ? blob([blob(hand), script, address].map(each => `import ${JSON.stringify(each)};`).join(''))
        : blob(`${hand}importScripts(${JSON.stringify(script)});importScripts(${JSON.stringify(address)});`);
      const worker = Reflect.construct(target, options === undefined ? [wrapped] : [wrapped, options], newTarget) as Worker;
      onWorker?.(worker);
      return worker;
    },
  });
}

/** In a wrapped worker, relative addresses would be of the blob: they are the worker's own again. */
export function restoreBase(base: string): void {
  const scope = globalThis as typeof globalThis & { importScripts?: (...addresses: string[]) => void };
  const resolve = (address: string | URL) => new URL(address, base).href;

  const { fetch: nativeFetch, Request: NativeRequest, XMLHttpRequest: NativeXhr } = globalThis;
  globalThis.Request = new Proxy(NativeRequest, {
    construct: (target, [input, ...rest]: [RequestInfo | URL, RequestInit?], newTarget) =>
      Reflect.construct(target, [input instanceof NativeRequest ? input : resolve(input), ...rest], newTarget) as Request,
  });
  globalThis.fetch = (input, ...rest) => nativeFetch(input instanceof NativeRequest ? input : resolve(input), ...rest);

  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
  const open = NativeXhr.prototype.open as (...all: unknown[]) => void;
  NativeXhr.prototype.open = function (this: XMLHttpRequest, method: string, address: string | URL, ...rest: unknown[]) {
    open.call(this, method, resolve(address), ...rest);
  };

  if (scope.importScripts) {
    const nativeImport = scope.importScripts.bind(scope);
    scope.importScripts = (...addresses) => { nativeImport(...addresses.map(resolve)); };
  }

  const own = new URL(base);
  const { href, origin, protocol, host, hostname, port, pathname, search, hash } = own;
  Object.defineProperty(globalThis, 'location', {
    configurable: true,
    enumerable: true,
    value: Object.freeze({ href, origin, protocol, host, hostname, port, pathname, search, hash, toString: () => href }),
  });
}
