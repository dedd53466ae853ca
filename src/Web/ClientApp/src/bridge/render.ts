import { longest } from './protocol';

const deepest = 4;
const mostEntries = 100;

/** Text of at most `most` units, with what is missing counted. */
export const cut = (text: string, most: number = longest.line): string =>
  text.length <= most ? text : `${text.slice(0, most)}… (${(text.length - most).toLocaleString('en')} more characters)`;

/** The arguments of a console call as text: placeholders filled in, objects written out as far as they go without harm. */
export function render(values: readonly unknown[]): string {
  const rest = [...values];
  const parts: string[] = [];
  if (typeof rest[0] === 'string' && rest.length > 1 && rest[0].includes('%')) parts.push(fill(rest));
  let length = 0;
  while (rest.length > 0 && length <= longest.line) {
    const part = safely(rest.shift(), '', 0);
    length += part.length;
    parts.push(part);
  }
  return cut(parts.join(' '));
}

/** What an error says, without harm whatever it is. */
export function renderError(error: unknown): string {
  return cut(safely(error, 'Uncaught ', 0));
}

// console.spec.whatwg.org, "Formatter"; styles of %c are left out.
function fill(rest: unknown[]): string {
  return cut(rest.shift() as string, longest.line).replace(/%[sdifoOc%]/g, (placeholder) => {
    if (placeholder === '%%') return '%';
    if (rest.length === 0) return placeholder;
    const value = rest.shift();
    switch (placeholder) {
      case '%c': return '';
      case '%d': case '%i': return typeof value === 'symbol' ? 'NaN' : String(Number.parseInt(safely(value, '', 0), 10));
      case '%f': return typeof value === 'symbol' ? 'NaN' : String(Number.parseFloat(safely(value, '', 0)));
      default: return safely(value, '', 0);
    }
  });
}

function safely(value: unknown, before: string, depth: number): string {
  try {
    return inspect(value, before, depth, []);
  } catch {
    // A proxy or a getter that throws: a page may log anything.
    return '(something that cannot be shown)';
  }
}

function inspect(value: unknown, before: string, depth: number, parents: readonly object[]): string {
  switch (typeof value) {
    case 'string': return depth === 0 ? value : JSON.stringify(cut(value, 500));
    case 'bigint': return `${value}n`;
    case 'symbol': return value.toString();
    case 'object': case 'function': return value === null ? 'null' : object(value, before, depth, parents);
    default: return String(value);
  }
}

function object(value: object, before: string, depth: number, parents: readonly object[]): string {
  if (value instanceof Error) return error(value, before);
  // An object of Python's: it has words of its own, and looking into it runs Python.
  if ('toJs' in value || 'js_id' in value) return words(value);
  if (typeof value === 'function') return `ƒ ${value.name}()`;
  if (typeof Node === 'function' && value instanceof Node) return node(value);
  if (parents.includes(value)) return '(circular)';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof RegExp || value instanceof URL) return value.toString();
  const isArray = Array.isArray(value);
  const name = isArray ? '' : (value.constructor as { name?: unknown } | undefined)?.name;
  const prefix = typeof name === 'string' && name !== 'Object' && name !== '' ? `${name} ` : '';
  if (depth >= deepest) return isArray ? '[…]' : `${prefix}{…}`;
  const inner = [...parents, value];
  const show = (each: unknown) => inspect(each, '', depth + 1, inner);
  if (value instanceof Map) return `${prefix}(${value.size}) {${list(value, ([key, each]) => `${show(key)} => ${show(each)}`, value.size)}}`;
  if (value instanceof Set) return `${prefix}(${value.size}) {${list(value, show, value.size)}}`;
  if (ArrayBuffer.isView(value) && 'length' in value) return `${prefix}(${String(value.length)}) [${list(value as unknown as Iterable<unknown>, show, Number(value.length))}]`;
  if (isArray) return `[${list(value, show, value.length)}]`;
  const keys = Object.keys(value);
  return keys.length === 0 && prefix === '' ? '{}' : `${prefix}{${list(keys, (key) => {
    // A getter is code of the page: it is named and not called.
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    return `${key}: ${descriptor && 'value' in descriptor ? show(descriptor.value) : '(…)'}`;
  }, keys.length)}}`;
}

const words = (value: { toString(): string }): string => value.toString();

function list<T>(values: Iterable<T>, show: (value: T) => string, count: number): string {
  const shown: string[] = [];
  let length = 0;
  for (const value of values) {
    if (shown.length === mostEntries || length > longest.line) {
      shown.push(`… ${count - shown.length} more`);
      break;
    }
    const text = show(value);
    length += text.length;
    shown.push(text);
  }
  return shown.join(', ');
}

function error(value: Error, before: string): string {
  // Python's errors carry the whole traceback as their message, and a stack of the interpreter's own that helps nobody.
  if (isPython(value)) return value.message.trimEnd();
  const head = `${value.name}: ${value.message}`;
  const stack = typeof value.stack === 'string' ? value.stack : '';
  // Firefox and WebKit leave the message out of the stack.
  return before + (stack === '' || stack.includes(value.message) ? stack || head : `${head}\n${stack}`).trimEnd();
}

/** Whether an error was raised in Python. */
export const isPython = (value: unknown): boolean =>
  value instanceof Error && (value.name === 'PythonError' || value.constructor.name === 'PythonError' || value.message.startsWith('Traceback (most recent call last)'));

function node(value: Node): string {
  if (value instanceof Element) {
    const copy = value.cloneNode(false);
    return copy instanceof Element ? cut(copy.outerHTML, 500) : value.nodeName;
  }
  return value.nodeName;
}
