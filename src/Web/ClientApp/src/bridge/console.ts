import { later } from './natives';
import type { Outbox } from './outbox';
import { cut, isPython, render, renderError } from './render';
import type { Level, Line, Note, Thread } from './protocol';

const levels: Record<string, Level> = { log: 'log', info: 'info', warn: 'warn', error: 'error', debug: 'log', trace: 'log', dir: 'log', table: 'log' };

// What PyScript and the storage stand-in say about themselves at every start, and is of no use in an editor.
const ownWords = /^\[pyscript\/|^The browser denies storage to this page here:/;

/** Hears what a thread prints and what goes wrong in it. */
export class Listener {
  readonly #outbox: Outbox;
  readonly #from: Thread;
  /** The script that runs, where known. */
  source: number | undefined;
  // An error comes by several ways: through the console, as a box in the page, as an event.
  #lastErrors: string[] = [];

  constructor(outbox: Outbox, from: Thread) {
    this.#outbox = outbox;
    this.#from = from;
  }

  /** Puts itself in front of the console's methods; each still does what it did, as long as it is not flooded. */
  wrapConsole(): void {
    for (const [name, level] of Object.entries(levels)) {
      const native = (console as unknown as Record<string, (...values: unknown[]) => void>)[name];
      if (typeof native !== 'function') continue;
      (console as unknown as Record<string, unknown>)[name] = (...values: unknown[]) => {
        const text = render(values);
        const isOwn = (name === 'debug' || name === 'info') && ownWords.test(text);
        const python = level === 'error' ? values.find(isPython) : undefined;
        const isTaken = isOwn || (python ? this.error(python) : this.line(level, text));
        // PyScript shows what goes to stderr as a box in the page too. The box of an error that is no text tells that a script ended.
        if (level === 'error' && values.every((value) => typeof value === 'string')) this.#remember(text.trimEnd());
        if (isTaken) native.apply(console, values);
      };
    }
    const nativeAssert = console.assert.bind(console);
    console.assert = (condition?: boolean, ...values: unknown[]) => {
      if (condition) return;
      if (this.line('error', `Assertion failed: ${render(values)}`)) nativeAssert(condition, ...values);
    };
  }

  /** Hears errors that nobody caught; may be called again, where the page has taken all listeners away. */
  listen(): void {
    addEventListener('error', this.#onError, true);
    addEventListener('unhandledrejection', this.#onRejection);
  }

  line(level: Level, text: string, more: { uncaught?: true; note?: Note } = {}): boolean {
    const line: Line = { level, text: cut(text), count: 1, time: Date.now(), from: this.#from, ...more };
    if (this.source !== undefined) line.source = this.source;
    return this.#outbox.add(line);
  }

  note(note: Note, text: string): void {
    this.line('warn', cut(text, 1_000), { note });
  }

  /** An error that nobody caught, said once however often it is heard of. */
  error(error: unknown): boolean {
    return this.errorText(renderError(error));
  }

  errorText(text: string): boolean {
    const key = text.replace(/^Uncaught /, '').trimEnd();
    if (this.#lastErrors.some((last) => last.includes(key))) return false;
    this.#remember(key);
    return this.line('error', text, { uncaught: true });
  }

  // The same error may well be made again, a moment later.
  #remember(key: string): void {
    this.#lastErrors = [...this.#lastErrors.slice(-4), key];
    later(() => { this.#lastErrors = this.#lastErrors.filter((each) => each !== key); }, 200);
  }

  readonly #onError = (event: Event) => {
    if (event instanceof ErrorEvent) {
      if (event.error !== null && event.error !== undefined) this.error(event.error);
      else this.errorText(event.filename ? `${event.message}\n    at ${event.filename}:${event.lineno}:${event.colno}` : event.message);
      return;
    }
    const target = event.target;
    if (typeof Element !== 'function' || !(target instanceof Element)) return;
    const address = target.getAttribute('src') ?? target.getAttribute('href');
    if (address !== null) this.line('error', `<${target.localName}> could not be loaded: ${cut(address, 1_000)}`);
  };

  readonly #onRejection = (event: PromiseRejectionEvent) => {
    this.error(event.reason);
  };
}
