import type { Listener } from './console';
import { hubInput } from './input';
import { longest } from './protocol';
import { render } from './render';

// So many dialogs may follow each other with less than so many milliseconds in between; more are answered without being
// shown, until the page has left off for `rest` milliseconds.
const most = 10;
const between = 400;
const rest = 2_000;
// A person takes longer to close a dialog; Chromium refuses dialogs of frames of another origin at once.
const refused = 15;

const text = (message: unknown) => (message === undefined ? '' : render([message]).slice(0, longest.prompt));

/** Ends what would keep a person from the editor: dialogs without end. Says what a dialog held that the browser did not show. */
export function boundDialogs(listener: Listener): void {
  let row = 0;
  let closed = -rest;
  let isSaid = false;

  const ask = <T>(kind: string, about: string, show: () => T, fallback: T): T => {
    const opened = performance.now();
    const gap = opened - closed;
    if (gap > (row > most ? rest : between)) {
      row = 0;
      isSaid = false;
    }
    row += 1;
    if (row > most) {
      closed = opened;
      if (!isSaid) listener.note('dialogs-answered', kind);
      isSaid = true;
      return fallback;
    }
    const answer = show();
    closed = performance.now();
    if (closed - opened < refused && (answer === fallback || answer === undefined) && kind !== 'input') listener.note('dialog-not-shown', `${kind}: ${about}`);
    return answer;
  };

  const { alert, confirm, prompt } = globalThis;
  globalThis.alert = (message?: unknown) => { ask<undefined>('alert', text(message), () => { alert(message); return undefined; }, undefined); };
  globalThis.confirm = (message) => ask('confirm', text(message), () => confirm(message), false);
  globalThis.prompt = (message, initial) => ask<string | null>('prompt', text(message), () => prompt(message, initial), null);

  // Python's input() on the main thread. There is no way to wait for a person there but the browser's own dialog.
  const input = (message?: unknown): string => {
    const answer = ask<string | null>('input', text(message), () => prompt(text(message)), null);
    if (answer !== null) return answer;
    listener.note('prompt-not-shown', text(message));
    throw new Error('input() cannot ask in a preview while Python runs on the main thread. Add the attribute worker to the script, as in <script type="py" worker>: then input() is answered in the console.');
  };
  Object.defineProperty(globalThis, hubInput, { value: input, configurable: true });
}
