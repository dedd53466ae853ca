import { describe, expect, it } from 'vitest';
import { patienceFor } from './api.ts';

describe('the time that a call may take', () => {
  it('grows with what it carries, so that the largest file arrives on a line of half a megabit a second', () => {
    expect(patienceFor(0)).toBe(30_000);
    expect(patienceFor(25_000_000)).toBeGreaterThan((25_000_000 * 8) / 500);
  });
});
