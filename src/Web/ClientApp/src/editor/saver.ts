import { effect, signal, type Signal } from '@preact/signals';
import type { Failure, HubApi } from './api.ts';
import { bytesOf } from './content.ts';
import type { Workspace } from './workspace.ts';

export type SaveState =
  | { kind: 'saved' }
  /** There are changes that will be saved in a moment. */
  | { kind: 'waiting' }
  | { kind: 'saving' }
  | { kind: 'failed'; failure: Failure };

const afterTyping = 1_500;

/** Sends the workspace's changes to the hub: a moment after the last one, or at once when asked. */
export class Saver {
  readonly state: Signal<SaveState> = signal({ kind: 'saved' });
  readonly #api: HubApi;
  readonly #workspace: Workspace;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<boolean> | undefined;

  constructor(api: HubApi, workspace: Workspace) {
    this.#api = api;
    this.#workspace = workspace;
    effect(() => {
      if (workspace.changes.value.size === 0) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.save(), afterTyping);
      if (this.state.peek().kind === 'saved') this.state.value = { kind: 'waiting' };
    });
  }

  /** Saves what is not saved; true when the hub holds everything that there was at the call. */
  async save(): Promise<boolean> {
    clearTimeout(this.#timer);
    while (this.#running) await this.#running;
    if (this.#workspace.changes.value.size === 0) return true;
    this.#running = this.#send().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #send(): Promise<boolean> {
    this.state.value = { kind: 'saving' };
    const changes = this.#workspace.changes.peek();
    const written = new Map<string, Blob>();
    const deleted: string[] = [];
    for (const [path, change] of changes) {
      if (change.kind === 'written') written.set(path, bytesOf(change.content));
      else deleted.push(path);
    }
    const saved = await this.#api.save({ written, deleted }, this.#workspace.revision.peek());
    const files = saved.ok ? await this.#api.files() : saved;
    if (!files.ok) {
      this.state.value = { kind: 'failed', failure: files.failure };
      return false;
    }
    this.#workspace.saved(files.value, new Map([...changes].map(([path, change]) => [path, change.stamp])));
    this.state.value = { kind: this.#workspace.changes.peek().size === 0 ? 'saved' : 'waiting' };
    return true;
  }
}
