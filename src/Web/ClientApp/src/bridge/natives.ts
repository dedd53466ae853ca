// What the page may replace is taken before it can.
const nativePost = Reflect.get(MessagePort.prototype, 'postMessage') as (this: MessagePort, message: unknown, transfer: Transferable[]) => void;

export const post = (port: MessagePort, message: unknown, transfer: Transferable[] = []): void => { nativePost.call(port, message, transfer); };

const nativeTimeout = globalThis.setTimeout;

export const later = (run: () => void, milliseconds: number): ReturnType<typeof setTimeout> => nativeTimeout(run, milliseconds);
