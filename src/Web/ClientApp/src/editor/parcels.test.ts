import { describe, expect, it } from 'vitest';
import { textContent } from './content.ts';
import { batchesOf, isHeldBack, parcelsOf } from './parcels.ts';
import type { Change } from './workspace.ts';

let stamp = 0;
const ground = { base: null, sent: [] };
const written = (text = ''): Change => ({ kind: 'written', content: textContent(text), stamp: ++stamp, ...ground });
const deleted = (movedTo?: string): Change => ({ kind: 'deleted', ...(movedTo !== undefined && { movedTo }), stamp: ++stamp, ...ground });

describe('parcels', () => {
  it('keep the two halves of a move together, and put what is only deleted first', () => {
    expect(parcelsOf([['new.py', written()], ['gone.py', deleted()], ['old.py', deleted('new.py')], ['other.py', written()]]))
      .toEqual([['gone.py'], ['new.py', 'old.py'], ['other.py']]);
  });

  it('let a file go whose new place was taken back since', () => {
    expect(parcelsOf([['old.py', deleted('new.py')]])).toEqual([['old.py']]);
  });

  it('hold a deletion back for as long as what was moved waits', () => {
    const changes = new Map([['new.py', written()], ['old.py', deleted('new.py')], ['gone.py', deleted()]]);
    const waits = (path: string) => path === 'new.py';
    expect([...changes].filter(([, change]) => isHeldBack(change, changes, waits)).map(([path]) => path)).toEqual(['old.py']);
  });

  it('go in batches, none longer than it may be but for what is longer by itself', () => {
    const changes = new Map([['a', written('xxx')], ['b', written('xxx')], ['long', written('x'.repeat(20))], ['c', written('x')], ['d', written('x')]]);
    expect(batchesOf(parcelsOf(changes), changes, 6)).toEqual([[['a'], ['b']], [['long']], [['c'], ['d']]]);
  });
});
