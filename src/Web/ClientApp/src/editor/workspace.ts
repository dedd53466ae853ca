import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { Answer, FileEntry, FileList, HubApi } from './api.ts';
import { contentOf, type Content } from './content.ts';

/** What was done to a file since the revision that the workspace is based on. `stamp` grows with every change. */
export type Change = { kind: 'written'; content: Content; stamp: number } | { kind: 'deleted'; stamp: number };

/**
 * The project's files as they are in this window: those of a revision of the hub, and over them what was changed here and is
 * not saved yet. It knows nothing of when and how changes are saved or kept.
 */
export class Workspace {
  /** The revision that the changes are made to. */
  readonly revision: Signal<number>;
  readonly base: Signal<ReadonlyMap<string, FileEntry>>;
  readonly changes: Signal<ReadonlyMap<string, Change>> = signal(new Map());
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
    const reading = this.#api.read(entry.path, revision).then(async (answer): Promise<Answer<Content>> => {
      if (answer.ok) {
        const content = await contentOf(answer.value);
        this.#texts.set(entry.sha256, content);
        return { ok: true, value: content };
      }
      this.#read.delete(entry.sha256);
      return answer;
    });
    this.#read.set(entry.sha256, reading);
    return reading;
  }

  write(path: string, content: Content): void {
    this.#change((changes) => changes.set(path, { kind: 'written', content, stamp: ++this.#stamp }));
  }

  remove(path: string): void {
    this.#change((changes) => (this.base.value.has(path) ? changes.set(path, { kind: 'deleted', stamp: ++this.#stamp }) : changes.delete(path)));
  }

  /** Moves a file; its content must be had to be written under the new path. */
  async move(from: string, to: string): Promise<Answer<null>> {
    const content = await this.read(from);
    if (!content.ok) return content;
    this.write(to, content.value);
    this.remove(from);
    return { ok: true, value: null };
  }

  /** Takes over that the hub's `files` hold the changes up to the stamps of `saved`: what was changed after that stays changed. */
  saved(files: FileList, saved: ReadonlyMap<string, number>): void {
    this.rebase(files);
    this.#change((changes) => {
      for (const [path, stamp] of saved) if (changes.get(path)?.stamp === stamp) changes.delete(path);
    });
  }

  /** Puts the changes onto another revision of the hub's. */
  rebase(files: FileList): void {
    this.revision.value = files.revision;
    this.base.value = byPath(files.files);
  }

  #change(change: (changes: Map<string, Change>) => void): void {
    const changes = new Map(this.changes.value);
    change(changes);
    this.changes.value = changes;
  }
}

const byPath = (files: readonly FileEntry[]): ReadonlyMap<string, FileEntry> => new Map(files.map((file) => [file.path, file]));
