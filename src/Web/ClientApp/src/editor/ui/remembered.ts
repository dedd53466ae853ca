import { effect, signal, type Signal } from '@preact/signals';

/** A value that this browser remembers where it may; `check` turns down what an older page or another hand wrote. */
export function remembered<T>(key: string, fallback: T, check: (value: unknown) => value is T): Signal<T> {
  const stored = read(key);
  const value = signal(stored !== undefined && check(stored) ? stored : fallback);
  let first = true;
  effect(() => {
    const text = JSON.stringify(value.value);
    if (!first) {
      try {
        localStorage.setItem(key, text);
      } catch {
        // Storage is denied or full: the choice lasts as long as the page.
      }
    }
    first = false;
  });
  return value;
}

function read(key: string): unknown {
  try {
    const text = localStorage.getItem(key);
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
export const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
export const isStrings = (value: unknown): value is string[] => Array.isArray(value) && value.every((item) => typeof item === 'string');
