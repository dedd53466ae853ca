import { describe, expect, it } from 'vitest';
import paths from '../../../../../tests/Domain.Tests/Projects/paths.json';
import { besideOf, refuseAmong, refusePath } from './names.ts';

describe('names', () => {
  it.each(paths.taken)('%s is taken as the hub takes it', (path) => {
    expect(refusePath(path)).toBeNull();
  });

  it.each(paths.refused)('$path is refused as the hub refuses it', ({ path }) => {
    expect(refusePath(path)).not.toBeNull();
  });

  it('refuses what would be one file with another on some computers', () => {
    expect(refuseAmong('Main.py', ['main.py'])).not.toBeNull();
    expect(refuseAmong('main.py/x', ['main.py'])).not.toBeNull();
    expect(refuseAmong('lib', ['lib/a.py'])).not.toBeNull();
    expect(refuseAmong('other.py', ['main.py', 'lib/a.py'])).toBeNull();
  });

  it('finds a free path beside one that is taken, however letters are written', () => {
    expect(besideOf('main.py', ['main.py'])).toBe('main 2.py');
    expect(besideOf('lib/main.py', ['lib/main.py', 'lib/MAIN (mine).py'], 'mine')).toBe('lib/main (mine 2).py');
    expect(besideOf('notes', ['notes', 'notes 2/inner.txt'])).toBe('notes 3');
  });

  it('keeps to the length that a path may have', () => {
    const path = `${'ä'.repeat(118)}.py`;
    expect(refusePath(besideOf(path, [path], 'other window'))).toBeNull();
  });
});
