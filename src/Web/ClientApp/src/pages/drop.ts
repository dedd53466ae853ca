import { droppedFiles, type Dropped } from '../dropped.ts';
import { t } from '../texts.ts';

/** Lets files, folders and archives be dropped on the upload form, and sends what was dropped. */
export function offerDropping(root: ParentNode): void {
  const form = root.querySelector<HTMLFormElement>('form[data-upload]');
  const place = form?.querySelector<HTMLElement>('.drop');
  const complaint = form?.querySelector<HTMLElement>('#file-error');
  const input = form?.querySelector<HTMLInputElement>('input[type=file]');
  if (!form || !place || !complaint || !input) return;
  form.querySelector('[data-drop-words]')?.removeAttribute('hidden');

  const refuse = (why: string): void => {
    complaint.textContent = why;
    complaint.hidden = why.length === 0;
  };
  const upload = async (files: Dropped[]): Promise<void> => {
    if (files.length === 0) {
      refuse(t('There is no file in that.'));
      return;
    }
    form.classList.add('busy');
    refuse('');
    try {
      const body = new FormData();
      for (const hidden of form.querySelectorAll<HTMLInputElement>('input[type=hidden]')) body.append(hidden.name, hidden.value);
      for (const { path, file } of files) body.append('file', file, path);
      const response = await fetch(form.action, { method: 'POST', body, headers: { Accept: 'application/json' } });
      const answer = (await response.json().catch(() => ({}))) as { url?: string; error?: string };
      if (response.ok && answer.url) location.assign(answer.url);
      else refuse(answer.error ?? t('The hub did not take it (status {0}).', response.status));
    } catch {
      refuse(t('The hub cannot be reached. Try again when you are connected.'));
    } finally {
      form.classList.remove('busy');
    }
  };

  for (const kind of ['dragenter', 'dragover'] as const) {
    place.addEventListener(kind, (event) => {
      event.preventDefault();
      place.classList.add('over');
    });
  }
  for (const kind of ['dragleave', 'drop'] as const) {
    place.addEventListener(kind, () => {
      place.classList.remove('over');
    });
  }
  place.addEventListener('drop', (event) => {
    event.preventDefault();
    if (!event.dataTransfer) return;
    void droppedFiles(event.dataTransfer).then(upload, () => {
      refuse(t('What was dropped cannot be read.'));
    });
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void upload([...(input.files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file })));
  });
}
