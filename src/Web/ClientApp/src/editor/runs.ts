import { signal, type Signal } from '@preact/signals';
import type { Answer, Changes } from './api.ts';
import { bytesOf } from './content.ts';
import type { Saver } from './saver.ts';

/** Gets what is here to where it can run: saved, or as a trial where it cannot be saved. */
export class Runs {
  /** Whether what ran last is not saved at the project; always so for a copy that the browser keeps. */
  readonly isTrial: Signal<boolean>;
  readonly #saver: Saver;
  // The secret of this window's trial: its address stays while it lives, and with it what the page stored.
  #trial: string | null = null;

  constructor(saver: Saver) {
    this.#saver = saver;
    this.isTrial = signal(!saver.boot.canEdit);
  }

  /** Answers the address at which the files run as they are here and now. */
  readonly prepareRun = async (): Promise<Answer<string>> => {
    const { boot, api, state } = this.#saver;
    if (!boot.canEdit) return this.#try();
    // Typing goes on while it is saved: what is typed later belongs to the next run.
    if (await this.#saver.save()) {
      this.isTrial.value = false;
      const grant = await api.grant();
      return grant.ok ? { ok: true, value: grant.value.url } : grant;
    }
    const { kind } = state.peek();
    return kind === 'conflict' || kind === 'refused' ? this.#try() : { ok: false, failure: this.#saver.failure };
  };

  async #try(): Promise<Answer<string>> {
    const { api, workspace, refusals } = this.#saver;
    const changes = changesOf(this.#saver, refusals.peek());
    let trial = await api.try(changes, workspace.revision.peek(), this.#trial);
    if (!trial.ok && trial.failure.kind === 'gone' && this.#trial !== null) trial = await api.try(changes, workspace.revision.peek(), null);
    if (!trial.ok) {
      if (trial.failure.kind === 'stale') await this.#saver.lookForNewer();
      return trial;
    }
    this.#trial = trial.value.id;
    this.isTrial.value = true;
    return { ok: true, value: trial.value.url };
  }
}

/** Everything that differs from the revision, without what the hub does not take. */
function changesOf({ workspace }: Saver, without: ReadonlyMap<string, unknown>): Changes {
  const written = new Map<string, Blob>();
  const deleted: string[] = [];
  for (const [path, change] of workspace.changes.peek()) {
    if (without.has(path)) continue;
    if (change.kind === 'written') written.set(path, bytesOf(change.content));
    else if (workspace.base.peek().has(path) && (change.movedTo === undefined || !without.has(change.movedTo))) deleted.push(path);
  }
  return { written, deleted };
}
