import { computed, effect, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { FileEntry } from '../api.ts';
import type { Boot, Project } from '../boot.ts';
import { bytesOf, contentOf, saveAs, textContent, type Content } from '../content.ts';
import type { Workspace } from '../workspace.ts';
import type { Interpreter } from './settings.ts';
import { t } from '../../texts.ts';
import { besideOf, refuseAmong } from '../names.ts';
import { isStrings, remembered } from './remembered.ts';
import type { Documents, Place } from './documents.ts';

/** What a narrow screen shows. */
export type Pane = 'files' | 'code' | 'preview' | 'console';

/** The dialog that is open. */
export type Asking =
  | { kind: 'new-file' | 'new-folder'; folder: string }
  | { kind: 'rename' | 'move'; path: string; isFolder: boolean }
  | { kind: 'quick-open' | 'find-in-files' | 'shortcuts' | 'share' | 'history' };

/** What the address of the editor names: `?file=main.py&line=3&interpreter=micropython`. */
export interface Wanted {
  path: string;
  place: Place | undefined;
  /** What it is to run in from now on, where that is said. */
  interpreter: Interpreter | undefined;
}

/** Something that happened and can perhaps be undone. */
export interface Toast {
  id: number;
  text: string;
  isBad: boolean;
  undo?: (() => void) | undefined;
}

/** A file from outside that is to come into the project. */
export interface Incoming {
  path: string;
  bytes: Blob;
}

const toastStays = 9_000;

/** What is on the desk of somebody who edits: the files, which of them are open, and what can be done with them. */
export class Desk {
  readonly workspace: Workspace;
  readonly documents: Documents;
  readonly project: Signal<Project>;
  readonly tabs: Signal<string[]>;
  readonly pane: Signal<Pane> = signal('code');
  readonly filesAreOpen = signal(false);
  readonly asking: Signal<Asking | null> = signal(null);
  readonly toasts: Signal<readonly Toast[]> = signal([]);
  /** Folders that were made and hold nothing yet: the hub knows files alone. */
  readonly emptyFolders: Signal<ReadonlySet<string>> = signal(new Set());
  /** As the workspace's, and the same array for as long as nothing was added or taken away. */
  readonly paths: ReadonlySignal<readonly string[]>;
  readonly #limits: Pick<Boot, 'fileBytes' | 'files'>;
  #toast = 0;

  /** @param wanted The file and place that somebody came for; null where they came for nothing in particular. */
  constructor(boot: Boot, workspace: Workspace, documents: Documents, wanted: Wanted | null) {
    this.workspace = workspace;
    this.documents = documents;
    this.project = signal(boot.project);
    this.#limits = boot;
    let last: readonly string[] = [];
    this.paths = computed(() => {
      const paths = workspace.paths.value;
      if (paths.length !== last.length || paths.some((path, i) => path !== last[i])) last = paths;
      return last;
    });
    const open = remembered(`editor:${boot.project.id}:tabs`, [] as string[], isStrings);
    const active = remembered(`editor:${boot.project.id}:active`, [] as string[], isStrings);
    open.value = open.peek().filter((path) => workspace.has(path));
    this.tabs = open;
    const first = [active.peek()[0], this.#startFile(boot.project), this.paths.peek()[0]].find((path) => path !== undefined && workspace.has(path));
    if (wanted && workspace.has(wanted.path)) this.open(wanted.path, wanted.place, false);
    else if (first !== undefined) this.open(first, undefined, false);
    effect(() => {
      const shown = documents.shown.value;
      if (shown.kind !== 'nothing') active.value = [shown.path];
    });
    // A tab whose file is gone closes.
    this.paths.subscribe(() => {
      for (const path of this.tabs.peek()) if (!workspace.has(path)) this.close(path);
    });
  }

  /** The Python file that one wants to see first, else the page. */
  #startFile(project: Project): string | undefined {
    return this.paths.peek().find((path) => path === 'main.py') ?? project.startPage ?? undefined;
  }

  /** Opens a file. What follows is typing, except on screens where that would call up the keyboard. */
  open(path: string, place?: Place, takesFocus = !matchMedia('(pointer: coarse)').matches): void {
    if (!this.workspace.has(path)) return;
    if (!this.tabs.peek().includes(path)) this.tabs.value = [...this.tabs.peek(), path];
    this.pane.value = 'code';
    this.filesAreOpen.value = false;
    void this.documents.show(path, place, takesFocus);
  }

  close(path: string): void {
    const tabs = this.tabs.peek();
    const at = tabs.indexOf(path);
    if (at < 0) return;
    const rest = tabs.filter((tab) => tab !== path);
    this.tabs.value = rest;
    const shown = this.documents.shown.peek();
    if (shown.kind !== 'nothing' && shown.path === path) {
      const next = rest[Math.min(at, rest.length - 1)];
      if (next === undefined) this.documents.showNothing();
      else void this.documents.show(next);
    }
    this.documents.close(path);
  }

  /** The open tab so many places further on. */
  step(by: number): void {
    const tabs = this.tabs.peek();
    const shown = this.documents.shown.peek();
    const at = shown.kind === 'nothing' ? -1 : tabs.indexOf(shown.path);
    const next = tabs.at((at + by) % tabs.length);
    if (next !== undefined) this.open(next);
  }

  say(text: string, undo?: () => void, isBad = false): void {
    const toast: Toast = { id: ++this.#toast, text, isBad, undo };
    this.toasts.value = [...this.toasts.peek().slice(-2), toast];
    setTimeout(() => {
      this.dismiss(toast.id);
    }, toastStays);
  }

  dismiss(id: number): void {
    this.toasts.value = this.toasts.peek().filter((toast) => toast.id !== id);
  }

  /** Why a path cannot be had; null where it can. */
  refuse(path: string, leaving?: ReadonlySet<string>): string | null {
    return refuseAmong(path, this.paths.peek(), leaving);
  }

  create(path: string): void {
    const name = path.normalize('NFC');
    this.workspace.write(name, textContent(''));
    this.#forgetEmpty(name);
    this.open(name);
  }

  createFolder(path: string): void {
    this.emptyFolders.value = new Set([...this.emptyFolders.peek(), path.normalize('NFC')]);
  }

  /** The files of a folder, or the file itself. */
  filesOf(path: string, isFolder: boolean): string[] {
    return isFolder ? this.paths.peek().filter((file) => file.startsWith(`${path}/`)) : [path];
  }

  async move(path: string, isFolder: boolean, to: string): Promise<void> {
    const name = to.normalize('NFC');
    if (name === path) return;
    if (isFolder) {
      this.emptyFolders.value = new Set(
        [...this.emptyFolders.peek()].map((folder) => (folder === path || folder.startsWith(`${path}/`) ? name + folder.slice(path.length) : folder)),
      );
    } else this.#forgetEmpty(name);
    for (const file of this.filesOf(path, isFolder)) {
      const target = name + file.slice(path.length);
      this.documents.moved(file, target);
      this.tabs.value = this.tabs.peek().map((tab) => (tab === file ? target : tab));
      const moved = await this.workspace.move(file, target);
      if (!moved.ok) {
        this.documents.moved(target, file);
        this.tabs.value = this.tabs.peek().map((tab) => (tab === target ? file : tab));
        this.say(t('{0} could not be moved: its content could not be fetched.', file), undefined, true);
        return;
      }
    }
  }

  /** Takes a file or a folder out; for some seconds it can be brought back. */
  remove(path: string, isFolder: boolean): void {
    const undo = this.#undoOf(this.filesOf(path, isFolder));
    const folders = this.emptyFolders.peek();
    const files = this.filesOf(path, isFolder);
    for (const file of files) this.workspace.remove(file);
    this.emptyFolders.value = new Set([...folders].filter((folder) => folder !== path && !folder.startsWith(`${path}/`)));
    this.say(isFolder && files.length !== 1 ? t('{0} with {1} files deleted.', path, files.length) : t('{0} deleted.', path), () => {
      this.emptyFolders.value = folders;
      void undo();
    });
  }

  /** Takes files in; what stood there is replaced, and can be had back for some seconds. Says what is refused and why. */
  async take(incoming: readonly Incoming[]): Promise<void> {
    const refused: string[] = [];
    const taken: Incoming[] = [];
    const paths = [...this.paths.peek()];
    for (const file of incoming) {
      const path = file.path.normalize('NFC');
      const why = paths.includes(path) ? null : refuseAmong(path, paths);
      if (why) refused.push(`${file.path}: ${why}`);
      else if (file.bytes.size > this.#limits.fileBytes) refused.push(t('{0}: longer than {1} MB, the most that a file may have.', file.path, Math.floor(this.#limits.fileBytes / 1e6)));
      else if (!paths.includes(path) && paths.length >= this.#limits.files) refused.push(t('{0}: a project has {1} files at most.', file.path, this.#limits.files));
      else {
        taken.push({ path, bytes: file.bytes });
        if (!paths.includes(path)) paths.push(path);
      }
    }
    const replaced = taken.filter((file) => this.workspace.has(file.path)).map((file) => file.path);
    const undo = this.#undoOf(replaced);
    const contents = await Promise.all(taken.map(async (file): Promise<[string, Content]> => [file.path, await contentOf(file.bytes)]));
    for (const [path, content] of contents) {
      this.workspace.write(path, content);
      this.#forgetEmpty(path);
    }
    const [only] = taken;
    if (taken.length === 1 && only) this.open(only.path);
    if (taken.length > 0) {
      const text = taken.length === 1 && only ? t('{0} added.', only.path) : t('{0} files added.', taken.length);
      if (replaced.length > 0) this.say(t('{0} {1} replaced what was there.', text, replaced.length), () => void undo());
      else this.say(text);
    }
    if (refused.length > 0) {
      const shown = refused.slice(0, 3).join(' ');
      this.say(refused.length > 3 ? t('Not added: {0} And {1} more.', shown, refused.length - 3) : t('Not added: {0}', shown), undefined, true);
    }
  }

  /** A name like this one that is free. */
  free(path: string): string {
    return refuseAmong(path, this.paths.peek()) === null ? path : besideOf(path, this.paths.peek());
  }

  async download(path: string): Promise<void> {
    const content = await this.workspace.read(path);
    if (!content.ok) {
      this.say(t('{0} could not be fetched.', path), undefined, true);
      return;
    }
    saveAs(bytesOf(content.value), path.slice(path.lastIndexOf('/') + 1));
  }

  /** Remembers what files hold; the answer puts it back. What the hub still has is fetched only then. */
  #undoOf(files: readonly string[]): () => Promise<void> {
    const revision = this.workspace.revision.peek();
    const before = files.map((path): { path: string; content: Content | null; entry: FileEntry | undefined } => {
      const change = this.workspace.changes.peek().get(path);
      return { path, content: change?.kind === 'written' ? change.content : null, entry: this.workspace.base.peek().get(path) };
    });
    return async () => {
      for (const { path, content, entry } of before) {
        if (content) this.workspace.write(path, content);
        else if (entry) {
          const had = await this.workspace.readEntry(entry, revision);
          if (had.ok) this.workspace.write(path, had.value);
          else this.say(t('{0} could not be brought back: the hub cannot be reached. It is in the history.', path), undefined, true);
        }
      }
      const [only] = before;
      if (before.length === 1 && only) this.open(only.path);
    };
  }

  #forgetEmpty(path: string): void {
    const folders = [...this.emptyFolders.peek()].filter((folder) => !path.startsWith(`${folder}/`));
    if (folders.length !== this.emptyFolders.peek().size) this.emptyFolders.value = new Set(folders);
  }
}
