import { signal, type Signal } from '@preact/signals';
import { HubApi, type Answer, type Changes, type Failure, type FileList } from './api.ts';
import { bytesOf, hashOf, saveAs } from './content.ts';
import type { Saver } from './saver.ts';
import type { Workspace } from './workspace.ts';

/** How far a copy is on its way to a project of one's own. */
export type CopyState = { kind: 'here' } | { kind: 'saving' } | { kind: 'failed'; failure: Failure };

/** What can be done with files that are not, or not any more, saved to their project. */
export class Copies {
  readonly state: Signal<CopyState> = signal({ kind: 'here' });
  readonly #saver: Saver;

  constructor(saver: Saver) {
    this.#saver = saver;
  }

  /** Makes a project of one's own out of the copy and goes there; by way of the sign-in where nobody is signed in. */
  async saveAsMine(): Promise<void> {
    if (this.state.peek().kind === 'saving') return;
    this.state.value = { kind: 'saving' };
    const failure = await this.#save();
    if (failure) this.state.value = { kind: 'failed', failure };
  }

  async #save(): Promise<Failure | null> {
    const { api, drafts, workspace, session } = this.#saver;
    await drafts.flush();
    const who = await session.check();
    if (who.kind === 'unknown') return { kind: 'offline' };
    if (who.kind === 'signed-out') {
      location.assign(`/sign-in?returnUrl=${encodeURIComponent(`${location.pathname}?save-copy=1`)}`);
      return null;
    }
    if (who.kind === 'someone-else') await this.#saver.saveAs(who.userName);
    if (who.kind === 'someone-else' && (await session.check()).kind !== 'same') return { kind: 'offline' };

    let { remix } = drafts;
    // What was published since is merged with what is here first: it is in the remix. An original that is gone keeps nobody from
    // the remix that was made of it.
    const missed = await this.#saver.follow();
    if (missed && (missed.kind !== 'gone' || !remix)) return missed;
    if (workspace.conflicts.peek().size > 0) return { kind: 'undecided' };
    if (!remix) {
      const made = await api.remix();
      if (!made.ok) return made.failure;
      remix = { id: made.value.id, editUrl: made.value.editUrl };
      await drafts.savingAs(remix);
    }
    const own = new HubApi(remix.id, api.token);
    const files = await own.files();
    if (!files.ok) return files.failure;
    const changes = await differenceOf(workspace, files.value);
    if (!changes.ok) return changes.failure;
    if (changes.value.written.size > 0 || changes.value.deleted.length > 0) {
      const saved = await own.save(changes.value, files.value.revision);
      if (!saved.ok) return saved.failure;
    }
    await drafts.clear();
    location.assign(remix.editUrl);
    return null;
  }

  /** Hands all files to the person as a zip, made here; answers the paths that could not be read. */
  async download(): Promise<readonly string[]> {
    const { workspace, boot } = this.#saver;
    const { blob, missing } = await zipOf(workspace);
    saveAs(blob, `${boot.project.slug}.zip`);
    return missing;
  }
}

/** What makes another project's files those that are here. A remix that was made a while ago can differ in what was not changed. */
async function differenceOf(workspace: Workspace, other: FileList): Promise<Answer<Changes>> {
  const theirs = new Map(other.files.map((file) => [file.path, file.sha256]));
  const [base, changes] = [workspace.base.peek(), workspace.changes.peek()];
  const written = new Map<string, Blob>();
  for (const path of workspace.paths.peek()) {
    if (!changes.has(path) && theirs.get(path) === base.get(path)?.sha256) continue;
    const content = await workspace.read(path);
    if (!content.ok) return content;
    const bytes = bytesOf(content.value);
    if ((await hashOf(bytes)) !== theirs.get(path)) written.set(path, bytes);
  }
  return { ok: true, value: { written, deleted: [...theirs.keys()].filter((path) => !workspace.has(path)) } };
}

async function zipOf(workspace: Workspace): Promise<{ blob: Blob; missing: readonly string[] }> {
  const { zip } = await import('fflate');
  const entries: Record<string, Uint8Array> = {};
  const missing: string[] = [];
  for (const path of workspace.paths.peek()) {
    const content = await workspace.read(path);
    if (content.ok) entries[path] = new Uint8Array(await bytesOf(content.value).arrayBuffer());
    else missing.push(path);
  }
  return new Promise((done, fail) => {
    // Times within the archive would come from a clock that may be wrong: all files have the same.
    zip(entries, { mtime: new Date(2020, 0, 1), consume: true }, (error, data) => {
      if (error) fail(error);
      else done({ blob: new Blob([data], { type: 'application/zip' }), missing });
    });
  });
}
