import type { Listener } from './console';

// So many dialogs may follow each other with less than so many milliseconds in between; more are answered without being
// shown, until the page has left off for `rest` milliseconds.
const most = 10;
const between = 400;
const rest = 2_000;
// A person takes longer to close a dialog; Chromium refuses dialogs of frames of another origin at once.
const refused = 15;

/** Ends what would keep a person from the editor: dialogs without end. Says what a dialog held that the browser did not show. */
export function boundDialogs(listener: Listener): void {
  let row = 0;
  let closed = -rest;
  let isSaid = false;

  const ask = <T>(kind: string, text: string, show: () => T, fallback: T): T => {
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
    if (closed - opened < refused && (answer === fallback || answer === undefined)) {
      if (kind === 'prompt') {
        listener.note('prompt-not-shown', text);
        // There is no other way to wait for a person on a page's main thread.
        throw new Error('input() and prompt() cannot ask in a preview while they run on the main thread. Add the attribute "worker" to the script, as in <script type="py" worker>: then input() is answered in the console.');
      }
      listener.note('dialog-not-shown', `${kind}: ${text}`);
    }
    return answer;
  };

  // eslint-disable-next-line @typescript-eslint/no-deprecated -- pages use them
  const { alert, confirm, prompt } = globalThis;
  globalThis.alert = (message?: unknown) => { ask<undefined>('alert', String(message), () => { alert(message); return undefined; }, undefined); };
  globalThis.confirm = (message) => ask('confirm', String(message), () => confirm(message), false);
  globalThis.prompt = (message, initial) => ask<string | null>('prompt', String(message), () => prompt(message, initial), null);
}
