import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { Answer, FileEntry, FileList, HubApi } from './api.ts';
import { contentOf, type Content } from './content.ts';
import { besideOf } from './names.ts';

/** What a change was made to, and what of it may be at the hub already. */
export interface Ground {
  /** The SHA-256 of the hub's file that it was made to; null where there was none. */
  base: string | null;
  /** The SHA-256 of what was sent for it and not answered: if the hub has one of these now, it is our own. */
  sent: readonly string[];
}

/** What was done to a file, as it is kept: bytes written, or the file taken away. */
export type Deed =
  | { kind: 'written'; content: Content }
  /** `movedTo`: the path under which what it held is written now; without that this must not be saved. */
  | { kind: 'deleted'; movedTo?: string };

/** What was done to a file since the revision that the workspace is based on. `stamp` grows with every change. */
export type Change = Ground & { stamp: number } & Deed;

/** A file that both sides changed, each in its own way. The side here is in the workspace's changes. */
export interface Conflict {
  path: string;
  /** What the hub has; null where it was deleted there. */
  theirs: Content | null;
  /** The hub's file. */
  entry: FileEntry | null;
}

/** What a merge with another revision found out about each change. */
export interface Merge {
  /** Changes that the hub has by now from somewhere else, up to these stamps: there is nothing left to save of them. */
  settled: ReadonlyMap<string, number>;
  /** Changes that now stand on what the hub has, since that was our own. */
  moved: ReadonlySet<string>;
  conflicts: ReadonlyMap<string, Conflict>;
}

/**
 * The project's files as they are in this window: those of a revision of the hub, and over them what was changed here and is
 * not saved yet. It knows nothing of when and how changes are saved or kept.
 */
export class Workspace {
  /** The revision that the changes are made to. */
  readonly revision: Signal<number>;
  readonly base: Signal<ReadonlyMap<string, FileEntry>>;
  readonly changes: Signal<ReadonlyMap<string, Change>> = signal(new Map());
  /** Files that both sides changed: not saved until somebody chose. */
  readonly conflicts: Signal<ReadonlyMap<string, Conflict>> = signal(new Map());
  /** Every path, in order. */
  readonly paths: ReadonlySignal<readonly string[]>;
  readonly #api: HubApi;
  // Contents of the hub's by hash: a file that was read once is not fetched again.
  readonly #read = new Map<string, Promise<Answer<Content>>>();
  readonly #texts = new Map<string, Content>();
  #stamp = 0;

  constructor(api: HubApi, files: FileList) {
    this.#api = api;
    this.revision = signal(files.revision);
    this.base = signal(byPath(files.files));
    this.paths = computed(() => {
      const paths = new Set(this.base.value.keys());
      for (const [path, change] of this.changes.value) {
        if (change.kind === 'deleted') paths.delete(path);
        else paths.add(path);
      }
      return [...paths].sort();
    });
  }

  has(path: string): boolean {
    const change = this.changes.value.get(path);
    return change ? change.kind === 'written' : this.base.value.has(path);
  }

  /** What a file holds here and now. */
  async read(path: string): Promise<Answer<Content>> {
    const change = this.changes.value.get(path);
    if (change?.kind === 'written') return { ok: true, value: change.content };
    const entry = change ? undefined : this.base.value.get(path);
    if (!entry) return { ok: false, failure: { kind: 'gone', message: path } };
    return this.readEntry(entry, this.revision.value);
  }

  /** Every file, with its text where it was read or written here. */
  known(): { path: string; text?: string }[] {
    return this.paths.value.map((path) => {
      const change = this.changes.value.get(path);
      const entry = this.base.value.get(path);
      const content = change?.kind === 'written' ? change.content : entry && this.#texts.get(entry.sha256);
      return content?.kind === 'text' ? { path, text: content.text.toString() } : { path };
    });
  }

  /** What a file of some revision of the hub holds. */
  readEntry(entry: FileEntry, revision: number): Promise<Answer<Content>> {
    const known = this.#read.get(entry.sha256);
    if (known) return known;
    const reading = this.#fetch(entry, revision);
    this.#read.set(entry.sha256, reading);
    // What failed is asked for again the next time.
    const forget = () => this.#read.delete(entry.sha256);
    reading.then((answer) => answer.ok || forget(), forget);
    return reading;
  }

  async #fetch(entry: FileEntry, revision: number): Promise<Answer<Content>> {
    const answer = await this.#api.read(entry, revision);
    if (!answer.ok) return answer;
    const content = await contentOf(answer.value);
    this.#texts.set(entry.sha256, content);
    return { ok: true, value: content };
  }

  write(path: string, content: Content): void {
    this.#change((changes) => changes.set(path, { kind: 'written', content, stamp: ++this.#stamp, ...this.#groundOf(path) }));
  }

  remove(path: string): void {
    const ground = this.#groundOf(path);
    // What was sent may be there by now, although the hub was not known to have it.
    const isThere = this.base.value.has(path) || ground.sent.length > 0;
    this.#change((changes) => (isThere ? changes.set(path, { kind: 'deleted', stamp: ++this.#stamp, ...ground }) : changes.delete(path)));
  }

  /** Moves a file; its content must be had to be written under the new path. */
  async move(from: string, to: string): Promise<Answer<null>> {
    const content = await this.read(from);
    if (!content.ok) return content;
    this.write(to, content.value);
    this.remove(from);
    this.#change((changes) => {
      const change = changes.get(from);
      if (change?.kind === 'deleted') changes.set(from, { ...change, movedTo: to });
      followMove(changes, from, to);
    });
    return { ok: true, value: null };
  }

  /** Takes up a change that was kept elsewhere, with the ground that it was made on. */
  restore(path: string, deed: Deed, ground: Ground): void {
    this.#change((changes) => changes.set(path, { ...deed, ...ground, stamp: ++this.#stamp }));
  }

  /** Takes a change back: the file is as the hub has it, and what was moved there is where it was. */
  revert(path: string): void {
    const reverted = [path, ...[...this.changes.value].filter(([, change]) => change.kind === 'deleted' && change.movedTo === path).map(([from]) => from)];
    this.#change((changes) => { for (const each of reverted) changes.delete(each); });
    for (const each of reverted) this.#settle(each);
  }

  /** Notes that the bytes with this hash were sent for a change, whatever becomes of them; an empty hash where it is not known. */
  sending(path: string, stamp: number, sha256: string): void {
    const change = this.changes.value.get(path);
    if (change?.stamp !== stamp || change.sent.includes(sha256)) return;
    this.#change((changes) => changes.set(path, { ...change, sent: [...change.sent.slice(-9), sha256] }));
  }

  /** Takes over that the hub's `files` hold the changes up to the stamps of `saved`: what was changed after that stays changed. */
  saved(files: FileList, saved: ReadonlyMap<string, number>): void {
    this.rebase(files);
    this.#change((changes) => {
      for (const [path, stamp] of saved) {
        const change = changes.get(path);
        if (change?.stamp === stamp) changes.delete(path);
        else if (change) changes.set(path, this.#onBase(path, change));
      }
    });
  }

  /** Puts the changes onto another revision of the hub's. */
  rebase(files: FileList): void {
    this.revision.value = files.revision;
    this.base.value = byPath(files.files);
  }

  /** Puts the changes onto another revision, by what a merge found out. What was typed since then stays. */
  merge(files: FileList, merge: Merge): void {
    this.rebase(files);
    this.#change((changes) => {
      for (const [path, stamp] of merge.settled) {
        const change = changes.get(path);
        if (change?.stamp === stamp) changes.delete(path);
        else if (change) changes.set(path, this.#onBase(path, change));
      }
      for (const path of merge.moved) {
        const change = changes.get(path);
        if (change) changes.set(path, this.#onBase(path, change));
      }
    });
    this.conflicts.value = new Map([...merge.conflicts].filter(([path]) => this.changes.value.has(path)));
  }

  /** Keeps what is here: it is saved over what the hub has. */
  keepMine(path: string): void {
    const conflict = this.conflicts.value.get(path);
    if (!conflict) return;
    this.#change((changes) => {
      const change = changes.get(path);
      if (change) changes.set(path, { ...change, base: conflict.entry?.sha256 ?? null, sent: [] });
    });
    this.#settle(path);
  }

  /** Takes what the hub has. */
  takeTheirs(path: string): void {
    if (this.conflicts.value.has(path)) this.revert(path);
  }

  /** Takes a text that was made of both. */
  takeMerged(path: string, content: Content): void {
    this.keepMine(path);
    this.write(path, content);
  }

  /** Takes what the hub has, and puts what is here beside it; answers its path. */
  keepBoth(path: string): string | null {
    const change = this.changes.value.get(path);
    if (change?.kind !== 'written') return null;
    const beside = this.besideOf(path);
    this.write(beside, change.content);
    this.#change((changes) => { followMove(changes, path, beside); });
    this.takeTheirs(path);
    return beside;
  }

  /** A free path like `main (mine).py`. */
  besideOf(path: string): string {
    return besideOf(path, [...this.base.value.keys(), ...this.changes.value.keys()], 'mine');
  }

  #settle(path: string): void {
    if (!this.conflicts.value.has(path)) return;
    const conflicts = new Map(this.conflicts.value);
    conflicts.delete(path);
    this.conflicts.value = conflicts;
  }

  // The change as one to the file that the hub has now.
  #onBase(path: string, change: Change): Change {
    return { ...change, base: this.base.value.get(path)?.sha256 ?? null, sent: [] };
  }

  #groundOf(path: string): Ground {
    const change = this.changes.value.get(path);
    return change ? { base: change.base, sent: change.sent } : { base: this.base.value.get(path)?.sha256 ?? null, sent: [] };
  }

  #change(change: (changes: Map<string, Change>) => void): void {
    const changes = new Map(this.changes.value);
    change(changes);
    this.changes.value = changes;
  }
}

const byPath = (files: readonly FileEntry[]): ReadonlyMap<string, FileEntry> => new Map(files.map((file) => [file.path, file]));

// What was moved to one path went on to another.
function followMove(changes: Map<string, Change>, from: string, to: string): void {
  for (const [path, change] of changes) if (change.kind === 'deleted' && change.movedTo === from) changes.set(path, { ...change, movedTo: to });
}
