import { bytesOf } from './content.ts';
import type { Change } from './workspace.ts';

// On a slow line this much takes minutes; what is on the hub by then is there for good.
const batchBytes = 8_000_000;

/** Changes by path. */
export type Changed = Iterable<readonly [path: string, change: Change]>;

/** The paths of changes that are saved in one revision or not at all. */
export type Parcel = readonly string[];

/**
 * Puts together what belongs together: a file that was moved is written and taken away in one step. What is only taken away
 * comes first, since it makes room for the rest.
 */
export function parcelsOf(changed: Changed): Parcel[] {
  const changes = new Map(changed);
  const parcels = new Map<string, string[]>();
  const deletions: Parcel[] = [];
  for (const [path, change] of changes) if (change.kind === 'written') parcels.set(path, [path]);
  for (const [path, change] of changes) {
    if (change.kind === 'written') continue;
    const parcel = change.movedTo === undefined ? undefined : parcels.get(change.movedTo);
    if (parcel) parcel.push(path);
    else deletions.push([path]);
  }
  return [...deletions, ...parcels.values()];
}

/** Parcels in their order, in batches of so many bytes at most; a parcel that alone has more is a batch of its own. */
export function batchesOf(parcels: readonly Parcel[], changes: ReadonlyMap<string, Change>, most = batchBytes): Parcel[][] {
  const batches: Parcel[][] = [];
  let room = 0;
  for (const parcel of parcels) {
    const size = parcel.reduce((sum, path) => sum + sizeOf(changes.get(path)), 0);
    const last = batches.at(-1);
    if (last && size <= room) last.push(parcel);
    else {
      batches.push([parcel]);
      room = most;
    }
    room -= size;
  }
  return batches;
}

/** Whether a file would be gone if this change were saved, since what it held waits under another path. */
export function isHeldBack(change: Change, changes: ReadonlyMap<string, Change>, waits: (path: string, change: Change) => boolean): boolean {
  if (change.kind !== 'deleted' || change.movedTo === undefined) return false;
  const there = changes.get(change.movedTo);
  return there?.kind === 'written' && waits(change.movedTo, there);
}

/** Bytes that a change sends. */
export const sizeOf = (change: Change | undefined): number => (change?.kind === 'written' ? bytesOf(change.content).size : 0);
