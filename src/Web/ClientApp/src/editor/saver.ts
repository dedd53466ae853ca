import { signal, type Signal } from '@preact/signals';
import type { Answer, Failure, FileList, HubApi } from './api.ts';
import type { Boot } from './boot.ts';
import { bytesOf, hashOf, isSame } from './content.ts';
import type { Drafts, LeftBehind } from './drafts.ts';
import { mergeOf } from './merge.ts';
import { batchesOf, isHeldBack, parcelsOf, sizeOf, type Parcel } from './parcels.ts';
import type { Session } from './session.ts';
import type { Change, Workspace } from './workspace.ts';

/** Where what was written is. Each says the truth about everything that is not saved. */
export type SaveState =
  | { kind: 'saved' }
  /** There are changes that will be saved in a moment. */
  | { kind: 'waiting' }
  | { kind: 'saving' }
  /** The hub cannot be reached; it is tried again by itself. */
  | { kind: 'offline' }
  /** The hub asked to wait; it is tried again by itself. */
  | { kind: 'busy'; seconds: number }
  | { kind: 'signed-out' }
  /** Somebody else signed in in this browser. */
  | { kind: 'someone-else'; userName: string }
  /** Files that the hub does not take are not saved; all others are. */
  | { kind: 'refused' }
  /** Files that both sides changed are not saved; all others are. */
  | { kind: 'conflict' }
  /** The project is not there any more, or not for this person. */
  | { kind: 'gone'; message: string }
  /** A copy in this browser: nothing is sent. */
  | { kind: 'copy' };

/** A file that the hub does not take as it is. */
export interface Refusal {
  path: string;
  stamp: number;
  code: string;
  message: string;
}

const afterTyping = 1_500;
const whileTyping = 10_000;
const afterTypingUnkept = 400;
const firstRetry = 2_000;
const longestRetry = 30_000;
const pollEvery = 20_000;
const askAgainEvery = 5_000;

type Todo = readonly (readonly [path: string, change: Change])[];

/** Sends the workspace's changes to the hub by itself, and says at any time what is not there yet and why. */
export class Saver {
  readonly state: Signal<SaveState>;
  readonly refusals: Signal<ReadonlyMap<string, Refusal>> = signal(new Map());
  /** For a copy: the revision in which its original was published anew. */
  readonly newer: Signal<number | null> = signal(null);
  // The newest revision of the original that was offered and declined.
  #declined = 0;
  readonly drafts: Drafts;
  readonly workspace: Workspace;
  readonly session: Session;
  readonly boot: Boot;
  readonly api: HubApi;
  readonly #windows: BroadcastChannel;
  #timer: ReturnType<typeof setTimeout> | undefined;
  // When the oldest change that is not saved was made, by a clock that nobody sets.
  #since: number | null = null;
  #retries = 0;
  #busy: Promise<unknown> | undefined;

  constructor(boot: Boot, api: HubApi, workspace: Workspace, drafts: Drafts, session: Session) {
    this.boot = boot;
    this.api = api;
    this.workspace = workspace;
    this.drafts = drafts;
    this.session = session;
    this.state = signal(boot.canEdit ? { kind: 'saved' } : { kind: 'copy' });
    this.#windows = new BroadcastChannel(`hub-project:${boot.project.id}`);
    this.#windows.addEventListener('message', ({ data }: MessageEvent<{ revision: number }>) => {
      if (boot.canEdit && data.revision > workspace.revision.peek()) void this.follow();
    });
    workspace.changes.subscribe(() => { this.#changed(); });
    workspace.conflicts.subscribe(() => { this.#changed(); });
    addEventListener('online', () => {
      if (this.state.peek().kind === 'offline') void this.#auto();
    });
    const resume = () => {
      if (document.visibilityState === 'visible' && (this.state.peek().kind === 'signed-out' || this.state.peek().kind === 'someone-else')) void this.resume();
    };
    session.onChange(resume);
    // A window beside this one gives no sign when somebody signs in there.
    setInterval(resume, askAgainEvery);
    setInterval(() => {
      if (document.visibilityState === 'visible') void this.#poll();
    }, pollEvery);
  }

  /** Saves what is not saved, what was refused among it; true when the hub holds everything that there was at the call. */
  async save(): Promise<boolean> {
    const asked = [...this.workspace.changes.peek().keys()];
    if (this.refusals.peek().size > 0) this.refusals.value = new Map();
    await this.drafts.flush();
    return (await this.#auto()) && !asked.some((path) => this.workspace.conflicts.peek().has(path) || this.refusals.peek().has(path));
  }

  /** Goes on after somebody signed in again. */
  async resume(): Promise<void> {
    if (!this.boot.canEdit) return;
    const who = await this.session.check();
    if (who.kind === 'someone-else') this.state.value = who;
    else if (who.kind === 'same') {
      this.state.value = { kind: 'waiting' };
      await this.#auto();
    }
  }

  /** Saves in the name of whoever is signed in now. */
  async saveAs(userName: string): Promise<void> {
    this.session.takeOver(userName);
    await this.resume();
  }

  /** Takes over what others saved, and finds the conflicts with what is here. */
  follow(): Promise<Failure | null> {
    return this.#alone(() => this.#catchUp());
  }

  /**
   * Throws away what was put back, saved by now or not: the files are as the hub had them before. A file that was changed since
   * holds more than what was put back, so it stays; answers those, and those whose former content could not be fetched.
   */
  discard(left: LeftBehind): Promise<{ stayed: readonly string[]; missed: readonly string[] }> {
    // What is on its way to the hub is there once it is answered.
    return this.#alone(async () => {
      const stayed: string[] = [];
      const missed: string[] = [];
      for (const [path, { change, entry }] of left.files) {
        const now = this.workspace.changes.peek().get(path);
        if (now?.stamp === change.stamp) this.workspace.revert(path);
        else if (!now && (this.workspace.base.peek().get(path)?.sha256 ?? null) === (entry?.sha256 ?? null)) continue;
        else if (now) stayed.push(path);
        else {
          const isThere = await this.#isAtHub(path, change);
          const had = entry && isThere.ok && isThere.value ? await this.workspace.readEntry(entry, left.at) : null;
          if (!isThere.ok || had?.ok === false) missed.push(path);
          // What was typed while it was asked for is newer.
          else if (!isThere.value || this.workspace.changes.peek().has(path)) stayed.push(path);
          else if (had) this.workspace.write(path, had.value);
          else this.workspace.remove(path);
        }
      }
      return { stayed, missed };
    });
  }

  // Whether the hub's file is what a change made of it.
  async #isAtHub(path: string, change: Change): Promise<Answer<boolean>> {
    const entry = this.workspace.base.peek().get(path);
    if (change.kind === 'deleted' || !entry) return { ok: true, value: change.kind === 'deleted' && !entry };
    const content = await this.workspace.readEntry(entry, this.workspace.revision.peek());
    return content.ok ? { ok: true, value: await isSame(change.content, content.value) } : content;
  }

  /** For a copy: leaves out the version that is offered, until there is another or somebody asks for it. */
  decline(): void {
    this.#declined = this.newer.peek() ?? this.#declined;
    this.newer.value = null;
  }

  /** For a copy: looks whether its original was published anew. */
  async lookForNewer(): Promise<void> {
    const project: Answer<{ revision: number }> = await this.api.project();
    if (project.ok && !this.boot.canEdit && project.value.revision !== this.workspace.revision.peek()) this.newer.value = project.value.revision;
  }

  /** Why the last save did not do everything. */
  get failure(): Failure {
    const state = this.state.peek();
    switch (state.kind) {
      case 'offline':
      case 'signed-out':
        return { kind: state.kind };
      case 'busy':
        return { kind: 'busy', retryAfter: state.seconds, message: '' };
      case 'someone-else':
      case 'gone':
        return state;
      default:
        return { kind: 'undecided' };
    }
  }

  // What there is to send: what nobody has to look at first.
  #todo(): Todo {
    const [conflicts, refusals, changes] = [this.workspace.conflicts.peek(), this.refusals.peek(), this.workspace.changes.peek()];
    const waits = (path: string, change: Change) => conflicts.has(path) || refusals.get(path)?.stamp === change.stamp;
    return [...changes].filter(([path, change]) => !waits(path, change) && !isHeldBack(change, changes, waits));
  }

  #changed(): void {
    if (!this.boot.canEdit || this.#busy) return;
    const stopped = this.state.peek().kind;
    this.#forgetRefusals();
    const todo = this.#todo();
    if (todo.length === 0) {
      clearTimeout(this.#timer);
      this.#since = null;
      if (this.workspace.changes.peek().size === 0 || (stopped !== 'signed-out' && stopped !== 'someone-else' && stopped !== 'gone')) this.state.value = this.#atRest();
      return;
    }
    this.#since ??= performance.now();
    // Those end by what somebody does, or by a timer of their own.
    if (stopped === 'signed-out' || stopped === 'someone-else' || stopped === 'gone' || stopped === 'offline' || stopped === 'busy') return;
    this.state.value = { kind: 'waiting' };
    const wait = this.drafts.keeping.peek() === 'kept' ? afterTyping : afterTypingUnkept;
    this.#later(Math.max(0, Math.min(wait, this.#since + whileTyping - performance.now())));
  }

  // What was refused and is another text by now, or taken back, is not refused any more.
  #forgetRefusals(): void {
    const [changes, refusals] = [this.workspace.changes.peek(), this.refusals.peek()];
    const left = [...refusals].filter(([path, { stamp }]) => changes.get(path)?.stamp === stamp);
    if (left.length < refusals.size) this.refusals.value = new Map(left);
  }

  #atRest(): SaveState {
    if (this.workspace.conflicts.peek().size > 0) return { kind: 'conflict' };
    return { kind: this.workspace.changes.peek().size > 0 ? 'refused' : 'saved' };
  }

  #later(wait: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#auto(), wait);
  }

  // Answers whether everything was sent that waits for nobody's choice.
  #auto(): Promise<boolean> {
    if (!this.boot.canEdit) return Promise.resolve(false);
    return this.#alone(async () => {
      clearTimeout(this.#timer);
      if (this.#todo().length > 0) {
        this.state.value = { kind: 'saving' };
        const failure = await this.#sendAll().catch((error: unknown): Failure => {
          // What nobody expected waits as long as what is known: trying again at once would never end.
          reportError(error);
          return { kind: 'offline' };
        });
        if (failure) {
          await this.#stop(failure);
          return false;
        }
        this.#retries = 0;
        this.#since = null;
        this.state.value = this.#atRest();
      }
      return true;
    });
  }

  // Saving and following both move the workspace to another revision: one at a time.
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    while (this.#busy) await this.#busy;
    const working = work();
    this.#busy = working.catch(() => undefined);
    try {
      return await working;
    } finally {
      this.#busy = undefined;
      this.#changed();
    }
  }

  async #sendAll(): Promise<Failure | null> {
    let isSignedInAgain = false;
    for (;;) {
      // What was put back can stand on a revision that the hub has left behind: looked at before it is sent.
      const missed = this.#isOnOtherGround() ? await this.#catchUp() : null;
      const todo = this.#todo();
      if (!missed && todo.length === 0) return null;
      const failure = missed ?? (await this.#sendBatches(todo));
      if (!failure) return null;
      if (failure.kind === 'stale') {
        const behind = await this.#catchUp();
        if (behind) return behind;
      } else if ((failure.kind === 'signed-out' || failure.kind === 'gone') && !isSignedInAgain) {
        // A private project is not there for somebody who is signed out; a token of the last session is not good any more.
        isSignedInAgain = true;
        const who = await this.session.check();
        if (who.kind === 'signed-out') return { kind: 'signed-out' };
        if (who.kind === 'someone-else') return who;
        if (who.kind === 'unknown') return { kind: 'offline' };
        if (failure.kind === 'gone') return failure;
      } else return failure;
    }
  }

  // Each batch that arrives is a revision, and saved whatever becomes of the next.
  async #sendBatches(todo: Todo): Promise<Failure | null> {
    for (const batch of batchesOf(parcelsOf(todo), new Map(todo))) {
      const failure = await this.#send(batch);
      if (failure) return failure;
    }
    return null;
  }

  // Saves as one revision; what the hub refuses is halved until it is known which files those are, and the rest is saved.
  async #send(parcels: readonly Parcel[]): Promise<Failure | null> {
    // Since it was cut, a part before this one was saved and others' work perhaps merged in: what is sent is what there is now.
    const asked = new Set(parcels.flat());
    const todo = this.#todo().filter(([path]) => asked.has(path));
    if (todo.length === 0) return null;
    const changes = new Map(todo);
    const tooLarge = parcels.filter((parcel) => parcel.some((path) => sizeOf(changes.get(path)) > this.boot.fileBytes));
    if (tooLarge.length > 0 && parcels.length > tooLarge.length) {
      const rest = await this.#send(parcels.filter((parcel) => !tooLarge.includes(parcel)));
      return rest ?? this.#send(tooLarge);
    }
    const written = new Map<string, Blob>();
    const deleted: string[] = [];
    for (const [path, change] of todo) {
      if (change.kind === 'written') written.set(path, bytesOf(change.content));
      else deleted.push(path);
    }
    for (const [path, change] of todo) {
      const bytes = written.get(path);
      if (bytes) this.workspace.sending(path, change.stamp, (await hashOf(bytes)) ?? '');
    }
    // If the answer is lost and this window with it, the next one knows the hub's state for its own.
    await this.drafts.flush();
    const saved = await this.api.save({ written, deleted }, this.workspace.revision.peek());
    if (!saved.ok) {
      if (saved.failure.kind === 'offline' && saved.failure.isSlow && parcels.length > 1) return this.#sendHalves(parcels);
      if (saved.failure.kind !== 'refused') return saved.failure;
      // It may be looked at still and not be changed any more: that is no fault of a file.
      if (saved.failure.code === 'forbidden') return { kind: 'gone', message: saved.failure.message };
      if (parcels.length > 1) return this.#sendHalves(parcels);
      const [path, change] = todo.find(([, { kind }]) => kind === 'written') ?? todo[0] ?? [];
      if (path !== undefined && change) this.refusals.value = new Map(this.refusals.peek()).set(path, { path, stamp: change.stamp, ...saved.failure });
      return null;
    }
    const files = await this.api.files(saved.value.revision);
    if (!files.ok) return files.failure;
    this.workspace.saved(files.value, new Map(todo.map(([path, change]) => [path, change.stamp])));
    this.#windows.postMessage({ revision: saved.value.revision });
    // The hub had these very files already, and others that somebody else saved.
    return this.#isOnOtherGround() ? this.#merge(files.value) : null;
  }

  async #sendHalves(parcels: readonly Parcel[]): Promise<Failure | null> {
    const half = parcels.length >> 1;
    return (await this.#send(parcels.slice(0, half))) ?? this.#send(parcels.slice(half));
  }

  async #catchUp(): Promise<Failure | null> {
    const files = await this.api.files();
    return files.ok ? this.#merge(files.value) : files.failure;
  }

  async #merge(files: FileList): Promise<Failure | null> {
    if (files.revision === this.workspace.revision.peek() && !this.#isOnOtherGround()) return null;
    const merge = await mergeOf(this.workspace, files);
    if (!merge.ok) return merge.failure;
    this.workspace.merge(files, merge.value);
    this.newer.value = null;
    return null;
  }

  // A draft that was put back can be based on a revision that the hub has left behind.
  #isOnOtherGround(): boolean {
    const [base, conflicts] = [this.workspace.base.peek(), this.workspace.conflicts.peek()];
    return [...this.workspace.changes.peek()].some(([path, change]) => {
      const hash = base.get(path)?.sha256 ?? null;
      const conflict = conflicts.get(path);
      return conflict ? (conflict.entry?.sha256 ?? null) !== hash : change.base !== hash;
    });
  }

  async #stop(failure: Failure): Promise<void> {
    switch (failure.kind) {
      case 'busy':
        this.state.value = { kind: 'busy', seconds: failure.retryAfter };
        this.#later(failure.retryAfter * 1_000);
        break;
      case 'signed-out':
        this.state.value = { kind: 'signed-out' };
        break;
      case 'someone-else':
      case 'gone':
        this.state.value = failure;
        break;
      case 'undecided':
        break;
      default: {
        this.state.value = { kind: 'offline' };
        // Thirty pupils behind one access point come back one after the other.
        this.#later(Math.min(longestRetry, firstRetry * 2 ** this.#retries++) * (0.75 + Math.random() / 2));
      }
    }
    await this.drafts.flush();
  }

  async #poll(): Promise<void> {
    const { kind } = this.state.peek();
    if (this.#busy || (kind !== 'saved' && kind !== 'conflict' && kind !== 'copy' && kind !== 'refused')) return;
    const project: Answer<{ revision: number }> = await this.api.project();
    if (!project.ok || project.value.revision === this.workspace.revision.peek()) return;
    if (this.boot.canEdit || this.workspace.changes.peek().size === 0) await this.follow();
    else if (project.value.revision !== this.#declined) this.newer.value = project.value.revision;
  }
}
