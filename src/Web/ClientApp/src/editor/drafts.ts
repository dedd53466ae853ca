import { effect, signal, type Signal } from '@preact/signals';
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { FileEntry } from './api.ts';
import type { Boot } from './boot.ts';
import { textContent } from './content.ts';
import { besideOf } from './names.ts';
import type { Change, Deed, Workspace } from './workspace.ts';

/** One window's unsaved work on a project. A window that is gone leaves it for the next one. */
interface DraftRow {
  /** The window's own; also the name of the lock that it holds while it lives. */
  id: string;
  project: string;
  /** The `@name` of who works, or empty. */
  user: string;
  /** A copy is never saved to its project. */
  kind: 'draft' | 'copy';
  /** Grows with every window that opened: which of two is newer, whatever a clock says. */
  order: number;
  /** The revision that the last write was based on. */
  revision: number;
  /** The project that a copy is being saved as. */
  remix?: { id: string; editUrl: string };
}

interface FileRow {
  draft: string;
  path: string;
  kind: 'written' | 'deleted';
  movedTo?: string;
  text?: string;
  lineEnd?: '\n' | '\r\n';
  bytes?: Blob;
  reason?: 'binary' | 'not-utf8' | 'too-large';
  base: string | null;
  sent: readonly string[];
}

interface Schema extends DBSchema {
  drafts: { key: string; value: DraftRow };
  files: { key: [string, string]; value: FileRow };
}

/** Whether this browser keeps what is written. */
export type Keeping = 'kept' | 'denied' | 'full';

/** A file that was put back: the change as it was then, and the hub's file that it covered. */
export interface PutBack {
  change: Change;
  /** Null where the hub had none. */
  entry: FileEntry | null;
}

/** What windows that are gone left behind. */
export interface LeftBehind {
  files: ReadonlyMap<string, PutBack>;
  /** The revision of the hub's entries. */
  at: number;
  /** The newest revision that any of it was based on. */
  revision: number;
  isCopy: boolean;
}

const writeAfter = 250;
const tryAgainAfter = 3_000;
const openWithin = 4_000;
const askFor = 300;
const filesOf = (draft: string) => IDBKeyRange.bound([draft, ''], [draft, '\uffff']);

/** Random, also where the page has no secure context. */
const randomId = (): string => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * Keeps every change of this window in the browser, from the first keystroke on, until it is saved. Texts are kept by
 * reference while one types; what changed since the last write is written a moment later, as a whole or not at all.
 */
export class Drafts {
  readonly keeping: Signal<Keeping> = signal('kept');
  /** Whether another living window has unsaved work on the same project. */
  readonly elsewhere: Signal<boolean> = signal(false);
  readonly #row: DraftRow;
  readonly #workspace: Workspace;
  #db: IDBPDatabase<Schema> | null = null;
  // What the browser holds of this window, as the very objects of the workspace.
  #kept: ReadonlyMap<string, Change> = new Map();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isClosed = false;

  private constructor(boot: Boot, workspace: Workspace) {
    this.#workspace = workspace;
    this.#row = {
      id: randomId(), project: boot.project.id, user: boot.userName ?? '', kind: boot.canEdit ? 'draft' : 'copy', order: 0, revision: workspace.revision.peek(),
    };
  }

  /** Opens what the browser keeps; where it keeps nothing, everything works but that. `takesCopies`: those made while nobody was signed in too. */
  static async open(boot: Boot, workspace: Workspace, takesCopies: boolean): Promise<{ drafts: Drafts; left: LeftBehind | null }> {
    const drafts = new Drafts(boot, workspace);
    let left: LeftBehind | null = null;
    try {
      const opening = openDB<Schema>('hub-drafts', 1, {
        upgrade(db) {
          db.createObjectStore('drafts', { keyPath: 'id' });
          db.createObjectStore('files', { keyPath: ['draft', 'path'] });
        },
        terminated: () => {
          drafts.#db = null;
          drafts.keeping.value = 'denied';
        },
      });
      drafts.#db = await Promise.race([opening, new Promise<never>((_, fail) => setTimeout(() => { fail(new Error('The browser does not open its storage.')); }, openWithin))]);
      const living = await beAlive(drafts.#row.id);
      left = await drafts.#takeUp(living, takesCopies);
    } catch {
      drafts.#db = null;
      drafts.keeping.value = 'denied';
    }
    drafts.#begin();
    return { drafts, left };
  }

  get remix(): DraftRow['remix'] | null {
    return this.#row.remix ?? null;
  }

  /** Remembers which project a copy is being saved as, so that it is made once. */
  async savingAs(remix: { id: string; editUrl: string }): Promise<void> {
    this.#row.remix = remix;
    this.#kept = new Map();
    await this.flush();
  }

  /** Writes what is not written yet, now; does not wait longer than a moment for a slow disk. */
  async flush(): Promise<void> {
    this.#write();
    await Promise.race([this.#writing, new Promise((done) => setTimeout(done, 1_000))]);
  }

  /** Forgets everything of this window for good: it is saved elsewhere. */
  async clear(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#writing;
    const tx = this.#db?.transaction(['drafts', 'files'], 'readwrite');
    if (!tx) return;
    await Promise.all([tx.objectStore('drafts').delete(this.#row.id), tx.objectStore('files').delete(filesOf(this.#row.id)), tx.done]);
  }

  #begin(): void {
    effect(() => {
      if (this.#workspace.changes.value !== this.#kept) this.#timer ??= setTimeout(() => { this.#write(); }, writeAfter);
    });
    const now = () => { this.#write(); };
    document.addEventListener('visibilitychange', now);
    addEventListener('pagehide', now);
    addEventListener('beforeunload', (event) => {
      this.#write();
      if (!this.#isClosed && this.keeping.peek() !== 'kept' && this.#workspace.changes.peek().size > 0) event.preventDefault();
    });
  }

  // Begins to write before it returns: a page that is being closed gets no second chance.
  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const changes = this.#workspace.changes.peek();
    const before = this.#kept;
    if (changes === before || !this.#db || this.#isClosed) return;
    this.#kept = changes;
    const done = this.#put(this.#db, before, changes).then(
      () => { this.keeping.value = 'kept'; },
      (error: unknown) => {
        // Nothing of the transaction is there: the next one writes all of it.
        this.#kept = new Map();
        if (this.#db) this.keeping.value = error instanceof DOMException && error.name === 'QuotaExceededError' ? 'full' : 'denied';
        this.#timer ??= setTimeout(() => { this.#write(); }, tryAgainAfter);
      },
    );
    this.#writing = Promise.all([this.#writing, done]).then(() => undefined);
  }

  async #put(db: IDBPDatabase<Schema>, before: ReadonlyMap<string, Change>, changes: ReadonlyMap<string, Change>): Promise<void> {
    const tx = db.transaction(['drafts', 'files'], 'readwrite');
    const [drafts, files] = [tx.objectStore('drafts'), tx.objectStore('files')];
    const { id } = this.#row;
    const all: Promise<unknown>[] = [tx.done];
    if (changes.size === 0) all.push(drafts.delete(id), files.delete(filesOf(id)));
    else {
      this.#row.revision = this.#workspace.revision.peek();
      all.push(drafts.put(this.#row));
      // After a failed write nobody knows what is there.
      if (before.size === 0) all.push(files.delete(filesOf(id)));
      for (const path of before.keys()) if (!changes.has(path)) all.push(files.delete([id, path]));
      for (const [path, change] of changes) if (before.get(path) !== change) all.push(files.put(rowOf(id, path, change)));
    }
    await Promise.all(all);
  }

  // Makes what gone windows left this window's own, in one step: two windows that open at once do not both take it.
  async #takeUp(living: (id: string) => boolean, takesCopies: boolean): Promise<LeftBehind | null> {
    const db = this.#db;
    if (!db) return null;
    const tx = db.transaction(['drafts', 'files'], 'readwrite');
    const [drafts, files] = [tx.objectStore('drafts'), tx.objectStore('files')];
    const rows = (await drafts.getAll()).sort((a, b) => a.order - b.order);
    this.#row.order = (rows.at(-1)?.order ?? 0) + 1;
    const { project, user, id } = this.#row;
    const same = rows.filter((row) => row.project === project && (row.user === user || (takesCopies && row.kind === 'copy' && row.user === '')));
    this.elsewhere.value = same.some((row) => living(row.id));
    const gone = same.filter((row) => !living(row.id));
    if (gone.length === 0) {
      await tx.done;
      return null;
    }
    const taken = new Map<string, FileRow>();
    for (const row of gone) {
      for (const file of await files.getAll(filesOf(row.id))) {
        const other = taken.get(file.path);
        // The newer window's stands; what another one wrote stands beside it.
        if (other?.kind === 'written' && file.kind === 'written' && !isSameRow(other, file)) {
          const beside = besideOf(file.path, [...taken.keys(), ...this.#workspace.base.peek().keys()], 'other window');
          taken.set(beside, { ...other, path: beside, base: null, sent: [] });
        }
        taken.set(file.path, file);
        await files.delete([row.id, file.path]);
      }
      if (row.remix) this.#row.remix = row.remix;
      await drafts.delete(row.id);
    }
    if (taken.size > 0) {
      await drafts.put({ ...this.#row, revision: Math.max(...gone.map((row) => row.revision)) });
      for (const file of taken.values()) await files.put({ ...file, draft: id });
    }
    await tx.done;
    if (taken.size === 0) return null;
    for (const file of taken.values()) this.#workspace.restore(file.path, deedOf(file), { base: file.base, sent: file.sent });
    this.#kept = this.#workspace.changes.peek();
    const base = this.#workspace.base.peek();
    const putBack = [...this.#kept].sort(([one], [other]) => (one < other ? -1 : 1)).map(([path, change]): [string, PutBack] => [path, { change, entry: base.get(path) ?? null }]);
    return { files: new Map(putBack), at: this.#workspace.revision.peek(), revision: Math.max(...gone.map((row) => row.revision)), isCopy: gone.some((row) => row.kind === 'copy') };
  }
}

/** Says from now on that this window lives, and answers how to ask that of others. */
async function beAlive(id: string): Promise<(id: string) => boolean> {
  // lib.dom takes it for given; plain HTTP off localhost has none.
  const locks = navigator.locks as LockManager | undefined;
  if (locks) {
    await new Promise<void>((held) => {
      void locks.request(`hub-draft:${id}`, () => {
        held();
        return new Promise<never>(() => undefined);
      });
    });
    const names = new Set((await locks.query()).held?.map((lock) => lock.name));
    return (other) => names.has(`hub-draft:${other}`);
  }
  // Without locks windows answer for themselves. One that sleeps does not: then two have the same text, which is no harm.
  const channel = new BroadcastChannel('hub-draft');
  const alive = new Set<string>();
  channel.addEventListener('message', ({ data }: MessageEvent<{ kind: 'ask' | 'alive'; id: string }>) => {
    if (data.kind === 'alive') alive.add(data.id);
    else channel.postMessage({ kind: 'alive', id });
  });
  channel.postMessage({ kind: 'ask', id });
  await new Promise((done) => setTimeout(done, askFor));
  return (other) => alive.has(other);
}

function rowOf(draft: string, path: string, change: Change): FileRow {
  const ground = { base: change.base, sent: change.sent };
  if (change.kind === 'deleted') return { draft, path, kind: 'deleted', ...(change.movedTo !== undefined && { movedTo: change.movedTo }), ...ground };
  const { content } = change;
  return content.kind === 'text'
    ? { draft, path, kind: 'written', text: content.text.toString(), lineEnd: content.lineEnd, ...ground }
    : { draft, path, kind: 'written', bytes: content.bytes, reason: content.reason, ...ground };
}

function deedOf(row: FileRow): Deed {
  if (row.kind === 'deleted') return { kind: 'deleted', ...(row.movedTo !== undefined && { movedTo: row.movedTo }) };
  if (row.bytes) return { kind: 'written', content: { kind: 'bytes', bytes: row.bytes, reason: row.reason ?? 'binary' } };
  const content = textContent(row.text ?? '');
  return { kind: 'written', content: content.kind === 'text' ? { ...content, lineEnd: row.lineEnd ?? content.lineEnd } : content };
}

const isSameRow = (one: FileRow, other: FileRow): boolean => one.bytes === undefined && other.bytes === undefined && one.text === other.text && one.lineEnd === other.lineEnd;
