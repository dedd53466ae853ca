import { afterEach, expect, it, vi } from 'vitest';
import type { Line } from './protocol.ts';

// Before the outbox takes the timers that it uses, which it does once.
vi.useFakeTimers();
const { Outbox } = await import('./outbox.ts');
afterEach(() => { vi.clearAllTimers(); });

const line = (text: string): Line => ({ level: 'log', text, count: 1, time: 1, from: 'main' });

function opened() {
  const sent: { lines: Line[]; dropped: number }[] = [];
  const outbox = new Outbox((lines, dropped) => { sent.push({ lines: structuredClone(lines), dropped }); });
  return { outbox, sent, texts: () => sent.flatMap(({ lines }) => lines.map(({ text }) => text)), total: () => sent.reduce((sum, { lines, dropped }) => sum + dropped + lines.reduce((all, { count }) => all + count, 0), 0) };
}

it('sends the first lines at once, for a thread that may never rest again', () => {
  const { outbox, texts } = opened();
  for (const text of ['a', 'b', 'c']) outbox.add(line(text));
  expect(texts()).toEqual(['a', 'b', 'c']);
});

it('sends a burst whole, in few messages', () => {
  const { outbox, sent, texts } = opened();
  for (let n = 0; n < 1_500; n++) outbox.add(line(String(n)));
  vi.advanceTimersByTime(100);
  expect(texts()).toEqual(Array.from({ length: 1_500 }, (_, n) => String(n)));
  expect(sent.length).toBeLessThan(25);
});

it('counts what is repeated', () => {
  const { outbox, sent, total } = opened();
  for (let n = 0; n < 100_000; n++) outbox.add(line('x'));
  vi.advanceTimersByTime(100);
  expect(total()).toBe(100_000);
  expect(sent.flatMap(({ lines }) => lines).length).toBeLessThan(30);
});

it('thins a flood without end, loses no count, and shows where it stands', () => {
  const { outbox, sent, texts, total } = opened();
  let printed = 0;
  for (let tick = 0; tick < 1_000; tick++) {
    for (let n = 0; n < 500; n++) outbox.add(line(String(printed++)));
    vi.advanceTimersByTime(10);
  }
  vi.advanceTimersByTime(1_000);
  expect(total()).toBe(printed);
  expect(texts().length).toBeLessThan(2_000 + 10 * 220 + 40);
  expect(sent.length).toBeLessThan(20 + 10 * 2 * 20 + 20);
  expect(texts().at(-1)).toBe(String(printed - 1));
});

it('bounds bytes as well as lines', () => {
  const { outbox, sent } = opened();
  for (let n = 0; n < 2_000; n++) {
    outbox.add(line(`${n}`.padEnd(10_000, 'x')));
    vi.advanceTimersByTime(1);
  }
  const units = sent.reduce((sum, { lines }) => sum + lines.reduce((all, { text }) => all + text.length, 0), 0);
  expect(units).toBeLessThan(1_500_000);
});
