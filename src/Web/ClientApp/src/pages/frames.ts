// The page in a frame carries nothing of the hub that would say when Python is ready. What can be said honestly is that the frame
// has loaded; from then on the page itself shows what it has to show.
function watch(place: HTMLElement, frame: HTMLIFrameElement): void {
  place.classList.add('waits');
  frame.addEventListener('load', () => {
    place.classList.remove('waits');
  });
}

/** Shows that a framed project is on its way until its page has loaded. */
export function watchFrames(root: ParentNode): void {
  for (const place of root.querySelectorAll<HTMLElement>('[data-waits]')) {
    const frame = place.querySelector('iframe');
    if (frame) watch(place, frame);
  }
}

/** Shows a template running in a dialog; without this script the link opens it in a page of its own. */
export function lookAtTemplates(root: Document): void {
  const dialog = root.querySelector<HTMLDialogElement>('dialog#look');
  const place = dialog?.querySelector<HTMLElement>('[data-waits]');
  const prototype = place?.querySelector('template')?.content.querySelector('iframe');
  const title = dialog?.querySelector('h2');
  if (!dialog || !place || !prototype || !title) return;
  for (const link of root.querySelectorAll<HTMLAnchorElement>('a[data-look]')) {
    link.addEventListener('click', (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const frame = prototype.cloneNode() as HTMLIFrameElement;
      title.textContent = frame.title = link.dataset['look'] ?? '';
      frame.src = link.href;
      watch(place, frame);
      place.append(frame);
      dialog.showModal();
    });
  }
  // The frame goes with the dialog: a Python that nobody looks at should not go on.
  dialog.addEventListener('close', () => {
    place.querySelector('iframe')?.remove();
  });
}
