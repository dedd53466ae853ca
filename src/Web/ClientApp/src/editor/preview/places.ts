import type { Source } from '../../bridge/protocol.ts';
import type { ProjectFile, SourcePlace } from './types.ts';

interface Found {
  start: number;
  end: number;
  place: SourcePlace;
}

// `File "x.py", line 3` of Python, in both interpreters; MicroPython indents by two as CPython does.
const pythonFrame = /File "([^"\n]{1,500})", line (\d{1,7})/g;
// What interpreters call code that came from no file.
const nameless = new Set(['<exec>', '<stdin>', '<string>', '<input>', '<console>']);
// The frames with which Pyodide itself begins a traceback: how it runs code, and not what the code does.
const runners = /(Traceback \(most recent call last\):\n)(?: {2}File "[^"\n]{0,200}\/_pyodide\/[^"\n]{0,200}", line \d+, in [^\n]*\n(?: {4}[^\n]*\n)*)+/g;

/** A traceback that begins where the project's own code does. */
export const withoutRunners = (text: string): string => text.replace(runners, '$1');

// Where Pyodide's own Python lies.
const library = /^\/lib\/python|^<frozen |\.zip\//;
const page = /^https?:\/\/[^\s)]+$/;

// A text may be made to be slow to look through: places beyond so many in it are not looked for, nor anything in files so long.
const mostPlaces = 200;
const longestConfig = 200_000;

/** Finds lines of the project in what a page prints: in Python's tracebacks and in JavaScript's stacks. */
export class Places {
  readonly #files: Map<string, ProjectFile>;
  readonly #root: string;
  readonly #targets: Map<string, string>;
  // What was looked up once: the same names come in every traceback.
  readonly #named = new Map<string, string | null>();
  readonly #scripts = new Map<Source, SourcePlace | null>();
  readonly #lengths = new Map<string, number>();

  /** @param root The address of the project's root, which ends in a slash. */
  constructor(files: readonly ProjectFile[], root: string) {
    this.#files = new Map(files.map((file) => [file.path, file]));
    this.#root = root;
    this.#targets = new Map(files.flatMap((file) => targetsOf(file)));
  }

  /** The parts of a text that name a line of the project. `source` is the script that ran. */
  find(text: string, source?: Source): Found[] {
    const found: Found[] = [];
    let looked = 0;
    for (const match of text.matchAll(pythonFrame)) {
      if (++looked > mostPlaces) break;
      const [whole, file = '', line = ''] = match;
      const place = this.#python(file, Number(line), source);
      if (place) found.push({ start: match.index, end: match.index + whole.length, place });
    }
    // With few distinct addresses this is one search: the origin is a fixed text.
    const origin = new URL(this.#root).origin;
    for (let at = text.indexOf(origin); at >= 0 && ++looked <= 2 * mostPlaces; at = text.indexOf(origin, at + 1)) {
      const match = /^(\/[^\s"'()<>]{0,2000}?):(\d{1,7})(?::(\d{1,7}))?(?![\w:/])/.exec(text.slice(at + origin.length, at + origin.length + 2_020));
      if (!match) continue;
      const [whole, path = '', line, column] = match;
      const file = this.#path(origin + path);
      if (file === null) continue;
      const place = this.#within({ file, line: Number(line), ...(column !== undefined && { column: Number(column) }) });
      if (place) found.push({ start: at, end: at + origin.length + whole.length, place });
    }
    return found.sort((a, b) => a.start - b.start);
  }

  /** What an error is called and says, and the innermost line of the project that it passed through. */
  problem(text: string, source?: Source): { place: SourcePlace | null; message: string; type: string } {
    const lines = text.trimEnd().split('\n');
    const isPython = text.includes('Traceback (most recent call last)') || /^ {2}File "/m.test(text);
    // Python says what happened last, JavaScript first. What follows an exception's line is its notes.
    const headline = (isPython ? lines.findLast((line) => /^[A-Za-z_][\w.]*(:|$)/.test(line)) : lines[0]) ?? lines[0] ?? '';
    const parts = /^(?:Uncaught )?([A-Za-z_][\w.]*)(?:: ?([\s\S]*))?$/.exec(headline);
    const places = this.find(text, source);
    return {
      place: (isPython ? places.at(-1) : places[0])?.place ?? null,
      type: parts?.[1] ?? 'Error',
      message: headline.replace(/^Uncaught /, ''),
    };
  }

  #python(file: string, line: number, source: Source | undefined): SourcePlace | null {
    if (nameless.has(file)) {
      const before = source ? this.#script(source) : null;
      return before && this.#within({ file: before.file, line: before.line + line });
    }
    let path = this.#named.get(file);
    if (path === undefined) this.#named.set(file, path = this.#fileOf(file));
    return path === null ? null : this.#within({ file: path, line });
  }

  #fileOf(file: string): string | null {
    if (library.test(file)) return null;
    if (page.test(file)) return this.#path(file);
    const path = file.replace(/^\/home\/pyodide\//, '').replace(/^(?:\.?\/)+/, '');
    const target = this.#targets.get(path);
    if (target !== undefined && this.#files.has(target)) return target;
    if (this.#files.has(path)) return path;
    const name = path.slice(path.lastIndexOf('/') + 1);
    const same = [...this.#files.keys()].filter((each) => each === name || each.endsWith(`/${name}`));
    const [only] = same;
    return same.length === 1 && only !== undefined ? only : null;
  }

  // Where the script that ran has no name in tracebacks: its file, and how many lines of it come before its first.
  #script(source: Source): SourcePlace | null {
    let place = this.#scripts.get(source);
    if (place === undefined) this.#scripts.set(source, place = this.#lookForScript(source));
    return place;
  }

  #lookForScript(source: Source): SourcePlace | null {
    if (source.address !== undefined) {
      const file = this.#path(source.address);
      const text = file === null ? undefined : this.#files.get(file)?.text;
      return file === null ? null : { file, line: text === undefined ? 0 : droppedLines(text) };
    }
    if (source.text === undefined) return null;
    const text = plain(source.text);
    const wanted = dedent(text);
    for (const file of this.#files.values()) {
      if (file.text !== undefined && /\.py$/i.test(file.path) && dedent(plain(file.text)) === wanted) return { file: file.path, line: droppedLines(text) };
    }
    const own = this.#path(source.page);
    const html = [...this.#files.values()].filter((file) => /\.html?$/i.test(file.path)).sort((a, b) => Number(b.path === own) - Number(a.path === own));
    for (const file of html) {
      const content = plain(file.text ?? '');
      for (const { start, text: inner } of scriptsOf(content)) {
        if (dedent(inner) === wanted) return { file: file.path, line: droppedLines(inner) + count(content.slice(0, start)) };
      }
    }
    return null;
  }

  // A line that the file does not have is no line of it: another release may have put code of its own before the script.
  #within(place: SourcePlace): SourcePlace | null {
    const text = this.#files.get(place.file)?.text;
    if (place.line < 1 || text === undefined) return place.line < 1 ? null : place;
    let length = this.#lengths.get(place.file);
    if (length === undefined) this.#lengths.set(place.file, length = count(text) + 1);
    return place.line > length ? null : place;
  }

  #path(address: string): string | null {
    let url: URL;
    let root: URL;
    try {
      url = new URL(address);
      root = new URL(this.#root);
    } catch {
      return null;
    }
    if (url.origin !== root.origin || !url.pathname.startsWith(root.pathname)) return null;
    let path: string;
    try {
      path = decodeURIComponent(url.pathname.slice(root.pathname.length));
    } catch {
      return null;
    }
    if (path === '' || path.endsWith('/')) path += 'index.html';
    return this.#files.has(path) ? path : null;
  }
}

// The contents of a page's scripts, each character of the page looked at once: a page may be made to be slow to look through.
function* scriptsOf(html: string): Generator<{ start: number; text: string }> {
  const begin = /<(script|m?py-script)(?=[\s/>])/gi;
  for (let tag = begin.exec(html); tag; tag = begin.exec(html)) {
    const start = afterTag(html, begin.lastIndex);
    if (start < 0) return;
    const end = new RegExp(`</${tag[1] ?? ''}\\s*>`, 'gi');
    end.lastIndex = start;
    const closing = end.exec(html);
    if (!closing) return;
    yield { start, text: html.slice(start, closing.index) };
    begin.lastIndex = end.lastIndex;
  }
}

// Where a tag has ended; less than 0 where it does not.
function afterTag(html: string, from: number): number {
  let quote = '';
  for (let at = from; at < html.length; at++) {
    const c = html[at] ?? '';
    if (quote !== '') quote = c === quote ? '' : quote;
    else if (c === '>') return at + 1;
    else if (c === '"' || c === "'") quote = c;
  }
  return -1;
}

// As PyScript reads scripts: an empty first line is dropped before Python counts.
const droppedLines = (text: string) => (/^\r?\n/.test(text) ? 1 : 0);
const plain = (text: string) => text.replaceAll('\r\n', '\n');
const count = (text: string) => {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
};

// As PyScript takes the indentation of the first line off all lines.
function dedent(text: string): string {
  const first = text.split('\n').find((line) => line.trim() !== '') ?? '';
  const space = /^\s+/.exec(first)?.[0];
  return space === undefined ? text : text.split('\n').map((line) => (line.startsWith(space) ? line.slice(space.length) : line)).join('\n');
}

// `files` of a config: what is written where in the interpreter's own folder, as [target, path in the project].
function targetsOf(file: ProjectFile): [string, string][] {
  if (file.text === undefined || file.text.length > longestConfig) return [];
  if (/\.json$/i.test(file.path)) {
    try {
      const config = JSON.parse(file.text) as { files?: unknown } | null;
      return typeof config?.files === 'object' && config.files !== null ? Object.entries(config.files).flatMap(([from, to]) => target(file.path, from, String(to))) : [];
    } catch {
      return [];
    }
  }
  if (!/\.toml$/i.test(file.path)) return [];
  const section = /^[ \t]*\[files\][ \t\r]*$([\s\S]*?)(?=^[ \t]*\[|(?![\s\S]))/m.exec(file.text)?.[1] ?? '';
  return [...section.matchAll(/^[ \t]*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*=\s*(?:"([^"]*)"|'([^']*)')/gm)].flatMap((match) =>
    target(file.path, match[1] ?? match[2] ?? match[3] ?? '', match[4] ?? match[5] ?? ''),
  );
}

function target(config: string, from: string, to: string): [string, string][] {
  if (from === '' || /[{}]|^\w+:/.test(from)) return [];
  const path = new URL(from, new URL(config, 'http://project.invalid/')).pathname.slice(1);
  const name = path.slice(path.lastIndexOf('/') + 1);
  const place = to.replace(/^(?:\.?\/)+/, '');
  try {
    return [[place === '' ? name : place.endsWith('/') ? place + name : place, decodeURIComponent(path)]];
  } catch {
    return [];
  }
}
