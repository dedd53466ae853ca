import { expect, it } from 'vitest';
import { cut, render } from './render.ts';

class Point { x = 1; y = [2, 'three']; }

it.each([
  [['a', 1, null, undefined, true, 5n], 'a 1 null undefined true 5n'],
  [['%s is %d years and %f%% %o', 'Ada', '36.9', 1.5, { a: 1 }, 'more'], 'Ada is 36 years and 1.5% {a: 1} more'],
  [['100%', 1], '100% 1'],
  [['%c red', 'color: red'], ' red'],
  [[new Point()], 'Point {x: 1, y: [2, "three"]}'],
  [[new Map([['a', new Set([1])]])], 'Map (1) {"a" => Set (1) {1}}'],
  [[new Uint8Array([1, 2])], 'Uint8Array (2) [1, 2]'],
  [[Symbol('s'), function f() { return 1; }], 'Symbol(s) ƒ f()'],
  [[new Date(NaN), /x/g], 'Invalid Date /x/g'],
  [[Object.create(null)], '{}'],
])('writes values as text: %#', (values, text) => {
  expect(render(values)).toBe(text);
});

it('ends at circles, depths and lengths', () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  expect(render([circle])).toBe('{self: (circular)}');
  expect(render([[[[[[[1]]]]]]])).toBe('[[[[[…]]]]]');
  expect(render([Array(1_000_000).fill(0)])).toMatch(/^\[(0, ){100}… 999900 more\]$/);
  expect(render(['x'.repeat(1_000_000)])).toBe(`${'x'.repeat(10_000)}… (990,000 more characters)`);
  expect(cut('abc', 3)).toBe('abc');
});

it('does not run code of the page that looks like data', () => {
  let isCalled = false;
  const trap = { get secret() { isCalled = true; return 1; } };
  expect(render([trap])).toBe('{secret: (…)}');
  expect(isCalled).toBe(false);
  const hostile = new Proxy({}, { has: () => { throw new Error('no'); }, ownKeys: () => { throw new Error('no'); } });
  expect(render([hostile, 'after'])).toBe('(something that cannot be shown) after');
});

it('shows errors with their stacks, and Python errors by their traceback alone', () => {
  class PythonError extends Error {}
  expect(render([new PythonError('Traceback (most recent call last):\n  x\nNameError: y\n')])).toBe('Traceback (most recent call last):\n  x\nNameError: y');
  expect(render([new TypeError('bad')])).toMatch(/^TypeError: bad\n {4}at /);
});
