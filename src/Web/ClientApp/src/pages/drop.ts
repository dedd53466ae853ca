import { t } from '../texts.ts';

interface Brought {
  path: string;
  file: File;
}

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
  const upload = async (files: Brought[]): Promise<void> => {
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
    // The list of what was dropped is empty once this handler has returned: it is read first.
    const items = [...(event.dataTransfer?.items ?? [])];
    const entries = items.map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
    void Promise.all(entries.map((entry) => filesOf(entry))).then((files) => upload(files.flat()), () => {
      refuse(t('What was dropped cannot be read.'));
    });
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void upload([...(input.files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file })));
  });
}

async function filesOf(entry: FileSystemEntry): Promise<Brought[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((done, failed) => {
      (entry as FileSystemFileEntry).file(done, failed);
    });
    return [{ path: entry.fullPath.replace(/^\//, ''), file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: FileSystemEntry[] = [];
  // A reader gives a hundred at a time.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((done, failed) => {
      reader.readEntries(done, failed);
    });
    if (some.length === 0) break;
    found.push(...some);
  }
  return (await Promise.all(found.map((one) => filesOf(one)))).flat();
}
