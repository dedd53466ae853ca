import type { Answer, FileList } from './api.ts';
import { isSame, type Content } from './content.ts';
import type { Conflict, Merge, Workspace } from './workspace.ts';

/**
 * Looks at what another revision of the hub means for the changes here. What only the other side changed is taken over, what
 * only this side changed is kept, what both changed alike is settled; the rest are conflicts.
 */
export async function mergeOf(workspace: Workspace, files: FileList): Promise<Answer<Merge>> {
  const theirs = new Map(files.files.map((file) => [file.path, file]));
  const settled = new Map<string, number>();
  const moved = new Set<string>();
  const conflicts = new Map<string, Conflict>();
  for (const [path, change] of workspace.changes.peek()) {
    const entry = theirs.get(path) ?? null;
    const hash = entry?.sha256 ?? null;
    if (hash === change.base) continue;
    if (hash !== null && change.sent.includes(hash)) {
      moved.add(path);
      continue;
    }
    if (entry === null) {
      if (change.kind === 'deleted') settled.set(path, change.stamp);
      else conflicts.set(path, { path, theirs: null, entry });
      continue;
    }
    const content: Answer<Content> = await workspace.readEntry(entry, files.revision);
    if (!content.ok) return content;
    if (change.kind === 'written' && (await isSame(change.content, content.value))) settled.set(path, change.stamp);
    else conflicts.set(path, { path, theirs: content.value, entry });
  }
  return { ok: true, value: { settled, moved, conflicts } };
}
