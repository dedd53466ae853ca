import { expect, it } from 'vitest';
import { readMessage } from './messages.ts';

const line = { level: 'log', text: 'x', count: 1, time: 1, from: 'main' };

it('reads what the bridge sends', () => {
  expect(readMessage({ kind: 'lines', lines: [line], dropped: 3 })).toEqual({ kind: 'lines', lines: [line], dropped: 3 });
  expect(readMessage({ kind: 'phase', phase: 'done' })).toEqual({ kind: 'phase', phase: 'done' });
  expect(readMessage({ kind: 'pong', more: 1 })).toEqual({ kind: 'pong' });
});

it.each([
  null, 1, 'pong', [], {}, { kind: 'save' }, { kind: 'open', url: 'https://evil.example' }, { kind: 'phase', phase: 'stopped' },
  { kind: 'lines', lines: 'x', dropped: 0 }, { kind: 'lines', lines: [], dropped: -1 }, { kind: 'lines', lines: Array(2_001).fill(line), dropped: 0 },
  { kind: 'input', prompt: 'x'.repeat(5_000) }, { kind: 'input' }, { kind: 'source', source: { id: 'a', page: 'b' } },
])('refuses %j', (message) => {
  expect(readMessage(message)).toBeNull();
});

it.each([
  { ...line, level: 'input' }, { ...line, text: 'x'.repeat(20_000) }, { ...line, text: { length: 1 } }, { ...line, count: 0.5 },
  { ...line, count: Infinity }, { ...line, time: NaN }, { ...line, from: 'hub' }, null, 'x',
])('leaves out the line %j', (forged) => {
  expect(readMessage({ kind: 'lines', lines: [forged, line], dropped: 0 })).toEqual({ kind: 'lines', lines: [line], dropped: 0 });
});

it('takes no member over that it does not know', () => {
  expect(readMessage({ kind: 'lines', lines: [{ ...line, html: '<b>', note: 'constructor', uncaught: 'yes' }], dropped: 0 })).toEqual({ kind: 'lines', lines: [line], dropped: 0 });
});
