import { useSignal } from '@preact/signals';
import { t } from '../../texts.ts';
import type { Desk } from './desk.ts';
import { Dialog } from './dialog.tsx';
import { refusePath } from '../names.ts';
import { foldersOf } from './treeRows.ts';

interface Props {
  desk: Desk;
  onClose: () => void;
}

/** Asks for the path of a new file or folder. */
export function NewDialog({ desk, folder, isFolder, onClose }: Props & { folder: string; isFolder: boolean }) {
  return (
    <PathDialog
      title={isFolder ? t('New folder') : t('New file')}
      label={isFolder ? t('Name of the folder') : t('Name of the file, with its ending')}
      hint={isFolder ? t('It is kept once a file is in it.') : t('A slash makes a folder: data/words.txt')}
      action={isFolder ? t('Make folder') : t('Make file')}
      start={folder === '' ? '' : `${folder}/`}
      refuse={(path) => desk.refuse(path)}
      onDone={(path) => {
        if (isFolder) desk.createFolder(path);
        else desk.create(path);
      }}
      onClose={onClose}
    />
  );
}

/** Asks for another name of a file or a folder. */
export function RenameDialog({ desk, path, isFolder, onClose }: Props & { path: string; isFolder: boolean }) {
  const leaving = new Set(desk.filesOf(path, isFolder));
  return (
    <PathDialog
      title={t('Rename {0}', path.slice(path.lastIndexOf('/') + 1))}
      label={t('New name')}
      hint={t('With slashes it moves to another folder.')}
      action={t('Rename')}
      start={path}
      refuse={(to) => (to.startsWith(`${path}/`) ? t('A folder cannot be moved into itself.') : desk.refuse(to, leaving))}
      onDone={(to) => void desk.move(path, isFolder, to)}
      onClose={onClose}
    />
  );
}

interface PathProps {
  title: string;
  label: string;
  hint: string;
  action: string;
  start: string;
  refuse: (path: string) => string | null;
  onDone: (path: string) => void;
  onClose: () => void;
}

function PathDialog({ title, label, hint, action, start, refuse, onDone, onClose }: PathProps) {
  const path = useSignal(start);
  const tried = useSignal(false);
  const why = path.value === start ? null : refuse(path.value);
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          tried.value = true;
          if (path.value === start ? refusePath(path.value) !== null : why !== null) return;
          onClose();
          onDone(path.value);
        }}
      >
        <div class="field">
          <label for="path">{label}</label>
          <input
            id="path" data-first autocomplete="off" autocapitalize="off" spellcheck={false} value={path.value} aria-describedby="path-hint path-why"
            aria-invalid={why !== null}
            onInput={(event) => (path.value = event.currentTarget.value)}
            onFocus={(event) => {
              // The name without folder and ending is what one mostly wants to change.
              const { value } = event.currentTarget;
              const from = value.lastIndexOf('/') + 1;
              const dot = value.indexOf('.', from + 1);
              event.currentTarget.setSelectionRange(from, dot < 0 ? value.length : dot);
            }}
          />
          <span class="hint" id="path-hint">{hint}</span>
          <span class="error" id="path-why" role="alert">{why ?? (tried.value ? refusePath(path.value) : null)}</span>
        </div>
        <div class="row end">
          <button class="button quiet" type="button" onClick={onClose}>{t('Cancel')}</button>
          <button class="button primary" type="submit">{action}</button>
        </div>
      </form>
    </Dialog>
  );
}

/** Asks which folder a file or a folder goes to. */
export function MoveDialog({ desk, path, isFolder, onClose }: Props & { path: string; isFolder: boolean }) {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const here = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  const to = useSignal(here);
  const target = to.value === '' ? name : `${to.value}/${name}`;
  const why = to.value === here ? null : desk.refuse(target, new Set(desk.filesOf(path, isFolder)));
  const folders = foldersOf(desk.paths.value, desk.emptyFolders.value).filter((folder) => !isFolder || (folder !== path && !folder.startsWith(`${path}/`)));
  return (
    <Dialog title={t('Move {0}', name)} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (why) return;
          onClose();
          void desk.move(path, isFolder, target);
        }}
      >
        <div class="field">
          <label for="folder">{t('To folder')}</label>
          <select id="folder" data-first value={to.value} onChange={(event) => (to.value = event.currentTarget.value)} aria-describedby="folder-why">
            <option value="">{t('The project itself')}</option>
            {folders.map((folder) => <option key={folder} value={folder}>{folder}</option>)}
          </select>
          <span class="error" id="folder-why" role="alert">{why}</span>
        </div>
        <div class="row end">
          <button class="button quiet" type="button" onClick={onClose}>{t('Cancel')}</button>
          <button class="button primary" type="submit">{t('Move')}</button>
        </div>
      </form>
    </Dialog>
  );
}
