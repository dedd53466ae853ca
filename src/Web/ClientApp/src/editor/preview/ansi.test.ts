import { expect, it } from 'vitest';
import { pieces, withoutCodes } from './ansi.ts';

const escape = '\u001b[';

it('turns colours and weights into classes', () => {
  expect(pieces(`a${escape}1;31mb${escape}0mc${escape}94md${escape}39;4me`)).toEqual([
    { text: 'a', start: 0, classes: [] },
    { text: 'b', start: 8, classes: ['ansi-red', 'ansi-bold'] },
    { text: 'c', start: 13, classes: [] },
    { text: 'd', start: 19, classes: ['ansi-blue'] },
    { text: 'e', start: 27, classes: ['ansi-underline'] },
  ]);
});

it('leaves colours of its own and cursor moves out', () => {
  expect(pieces(`${escape}38;5;196ma${escape}2Kb${escape}38;2;1;2;31mc`).map(({ text, classes }) => [text, classes])).toEqual([['a', []], ['b', []], ['c', []]]);
  expect(withoutCodes(`\u001b]0;title\u0007x${escape}Hy`)).toBe('xy');
});

it('shows text without codes as it is', () => {
  expect(pieces('<b>[31m')).toEqual([{ text: '<b>[31m', start: 0, classes: [] }]);
  expect(pieces('')).toEqual([]);
});
