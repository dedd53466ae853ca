import { watchSmoke } from '../smoke/watch.ts';
import { readDocument } from './document.ts';
import { showLocalTimes } from './times.ts';

/**
 * Keeps what a page says of smoke runs true while some wait or run: with each change the page is read anew, and the parts of it that
 * tell of runs are put in the places of the old ones. The hub alone says how a verdict looks.
 */
export function followSmokeRuns(root: Document): void {
  const [first] = partsOf(root);
  const project = first?.dataset['live'];
  if (project === undefined || !isPending(root)) return;
  let isReading = false;
  let isStale = false;
  const refresh = async (): Promise<void> => {
    isStale = true;
    if (isReading) return;
    isReading = true;
    while (isStale) {
      isStale = false;
      const fresh = await readDocument(location.href);
      if (fresh) replace(root, fresh);
    }
    isReading = false;
    if (!isPending(root)) stop();
  };
  const stop = watchSmoke(project, () => void refresh());
}

const partsOf = (root: Document) => [...root.querySelectorAll<HTMLElement>('[data-live]')];
const isPending = (root: Document) => root.querySelector('[data-live] .pending') !== null;

function replace(root: Document, fresh: Document): void {
  const parts = partsOf(fresh);
  for (const [i, part] of partsOf(root).entries()) {
    const next = parts[i];
    if (!next) continue;
    showLocalTimes(next);
    if (next.innerHTML === part.innerHTML) continue;
    // Whoever stands on a link of the old part stands on the same link of the new.
    const focus = part.contains(root.activeElement) ? root.activeElement?.getAttribute('href') : null;
    part.replaceChildren(...[...next.childNodes].map((node) => root.adoptNode(node)));
    if (focus != null) [...part.querySelectorAll<HTMLElement>('a[href]')].find((link) => link.getAttribute('href') === focus)?.focus();
  }
}
