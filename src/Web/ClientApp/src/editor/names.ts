import { t } from '../texts.ts';

const longestPath = 240;
const deepest = 10;
const devices = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const forbidden = /[\u0000-\u001f\u007f-\u009f<>:"|?*\\]/;
// Ends of lines, and characters that turn the order in which a name is read.
const misleading = /[\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/** Why the hub would refuse a path (its own rules, told before anything is sent); null where it takes it. */
export function refusePath(path: string): string | null {
  if (path.length === 0) return t('Give it a name.');
  if (/^[/\\]|^[a-z]:/i.test(path)) return t('A path begins with the name of a file or folder, without a slash before it.');
  if (/\p{Surrogate}/u.test(path)) return t('The name is not valid Unicode.');
  const segments = path.normalize('NFC').split('/');
  if (segments.includes('..')) return t('A path cannot lead out of the project.');
  if (new TextEncoder().encode(path.normalize('NFC')).length > longestPath) return t('A path may have {0} bytes at most.', longestPath);
  if (segments.length > deepest) return t('Folders may be {0} deep at most.', deepest);
  for (const segment of segments) {
    const why = refuseSegment(segment);
    if (why) return why;
  }
  return segments[0]?.toLowerCase() === '.hub' ? t('The folder .hub is the hub’s own.') : null;
}

function refuseSegment(segment: string): string | null {
  if (segment === '') return t('Between two slashes there must be a name.');
  if (segment === '.') return t('A dot alone is not a name.');
  if (forbidden.test(segment)) return t('A name may not hold control characters nor any of < > : " | ? * \\');
  if (misleading.test(segment)) return t('The name holds a character that changes how it is read.');
  if (/^ |[ .]$/.test(segment)) return t('A name may not begin or end with a space, nor end with a dot.');
  return devices.test(segment) ? t('Windows reserves this name.') : null;
}

/** Two paths with the same key differ by case alone, which the hub refuses: Windows and macOS would make them one file. */
export const caseKey = (path: string): string => Array.from(path.normalize('NFC'), (c) => (c.toUpperCase().length === c.length ? c.toUpperCase() : c)).join('');

/** Why a path cannot be taken beside those that are there; null where it can. `leaving` are paths that make room. */
export function refuseAmong(path: string, paths: readonly string[], leaving: ReadonlySet<string> = new Set()): string | null {
  const why = refusePath(path);
  if (why) return why;
  const key = caseKey(path);
  for (const other of paths) {
    if (leaving.has(other)) continue;
    const otherKey = caseKey(other);
    if (otherKey === key) return other === path ? t('There is a file of this name already.') : t('There is “{0}” already: names that differ by upper and lower case alone would be one file on some computers.', other);
    if (key.startsWith(`${otherKey}/`)) return t('“{0}” is a file, so nothing can be in it.', other);
    if (otherKey.startsWith(`${key}/`)) return t('There is a folder of this name already.');
  }
  return null;
}

/** A free path made of another: `notes 2.txt`, or with a word `notes (mine).txt`, then `notes (mine 2).txt`. */
export function besideOf(path: string, paths: Iterable<string>, word?: string): string {
  const taken = [...paths].map(caseKey);
  const dot = path.lastIndexOf('.') > path.lastIndexOf('/') + 1 ? path.lastIndexOf('.') : path.length;
  const ending = path.slice(dot);
  for (let number = 1; ; number++) {
    const addition = word === undefined ? ` ${number + 1}` : ` (${word}${number === 1 ? '' : ` ${number}`})`;
    let stem = path.slice(0, dot);
    while (new TextEncoder().encode(stem + addition + ending).length > longestPath && stem.length > 1) stem = stem.slice(0, -1);
    const key = caseKey(stem + addition + ending);
    if (!taken.some((other) => other === key || key.startsWith(`${other}/`) || other.startsWith(`${key}/`))) return stem + addition + ending;
  }
}
