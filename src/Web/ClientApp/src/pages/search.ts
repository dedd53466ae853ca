import { readDocument } from './document.ts';

const PAUSE = 120; // Milliseconds without a key before the hub is asked.

/**
 * A search that answers while one types: the hub's own page is asked for, and the part that lists what was found takes the place of the
 * one that is shown. The address follows, so that it can be shared and gone back to.
 */
export function searchWhileTyping(root: Document): void {
  const form = root.querySelector<HTMLFormElement>('form[data-search]');
  const place = form?.dataset['search'];
  if (!form || place === undefined) return;
  let last: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const search = async (): Promise<void> => {
    last?.abort();
    const asked = (last = new AbortController());
    const address = addressOf(form);
    const fresh = (await readDocument(address, asked.signal))?.getElementById(place);
    if (asked.signal.aborted || !fresh) return; // Typed on, or the hub is away: the form itself still asks.
    root.getElementById(place)?.replaceWith(root.adoptNode(fresh));
    history.replaceState(null, '', address);
  };
  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => void search(), PAUSE);
  });
}

function addressOf(form: HTMLFormElement): string {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string' && value !== '') query.set(name, value);
  }
  return `${form.getAttribute('action') ?? ''}${query.size > 0 ? `?${query.toString()}` : ''}`;
}
