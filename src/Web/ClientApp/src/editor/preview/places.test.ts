import { describe, expect, it } from 'vitest';
import { Places, withoutRunners } from './places.ts';
import type { Source } from '../../bridge/protocol.ts';

const root = 'http://abc.localhost:5080/';
const html = [
  '<!doctype html>', '<html>', '<head><script type="module" src="https://pyscript.net/releases/2026.7.3/core.js"></script></head>', '<body>',
  '<script type="py" data-x="a > b">', '    print(1)', '    boom()', '</script>', '<script type="mpy">first()', 'second()</script>', '</body>',
].join('\r\n');
const files = [
  { path: 'index.html', text: html },
  { path: 'main.py', text: 'import a\n\n\nboom()\n' },
  { path: 'late.py', text: '\nx = 1\nboom()\n' },
  { path: 'lib/tools/deep.py', text: '1\n2\n3\n4\n5\n' },
  { path: 'lib/twice.py', text: '1\n2\n' },
  { path: 'other/twice.py', text: '1\n2\n' },
  { path: 'source/one.py', text: '1\n2\n3\n' },
  { path: 'ä b.js', text: 'a\nb\nc\n' },
  { path: 'pyscript.toml', text: 'packages = []\n[files]\n"./source/one.py" = "renamed.py"\n"lib/twice.py" = "kit/"\n[other]\n"main.py" = "no.py"\n' },
];
const places = new Places(files, root);
const source = (more: Partial<Source>): Source => ({ id: 1, page: root, ...more });
const at = (text: string, from?: Source) => places.find(text, from).map(({ place }) => place);

describe('Python', () => {
  it.each([
    ['File "/home/pyodide/lib/tools/deep.py", line 5', 'lib/tools/deep.py', 5],
    ['File "./main.py", line 4, in <module>', 'main.py', 4],
    ['File "main.py", line 4', 'main.py', 4],
    ['File "/home/pyodide/deep.py", line 2', 'lib/tools/deep.py', 2],
    ['File "renamed.py", line 3', 'source/one.py', 3],
    ['File "/home/pyodide/kit/twice.py", line 1', 'lib/twice.py', 1],
  ])('finds %s', (text, file, line) => {
    expect(at(text)).toEqual([{ file, line }]);
  });

  it.each([
    'File "/lib/python314.zip/_pyodide/_base.py", line 597, in eval_code_async',
    'File "<frozen importlib._bootstrap>", line 3',
    'File "twice.py", line 1',
    'File "main.py", line 400',
    'File "main.py", line 0',
    'File "../../etc/passwd", line 1',
    'File "<exec>", line 1',
  ])('leaves %s alone', (text) => {
    expect(at(text)).toEqual([]);
  });

  it('takes nameless code for the file that ran', () => {
    expect(at('File "<exec>", line 4, in <module>', source({ address: `${root}main.py` }))).toEqual([{ file: 'main.py', line: 4 }]);
    expect(at('File "<stdin>", line 2', source({ address: `${root}late.py` }))).toEqual([{ file: 'late.py', line: 3 }]);
    expect(at('File "<exec>", line 4', source({ text: 'import a\r\n\r\n\r\nboom()\r\n' }))).toEqual([{ file: 'main.py', line: 4 }]);
    expect(at('File "<exec>", line 1', source({ address: 'http://elsewhere.example/main.py' }))).toEqual([]);
  });

  it('takes nameless code for the script in the page, at its line of the page', () => {
    expect(at('File "<exec>", line 2', source({ text: '\n    print(1)\n    boom()\n' }))).toEqual([{ file: 'index.html', line: 7 }]);
    expect(at('File "<stdin>", line 2', source({ text: 'first()\nsecond()' }))).toEqual([{ file: 'index.html', line: 10 }]);
    expect(at('File "<exec>", line 1', source({ text: 'not there' }))).toEqual([]);
  });

  it('says where in the text a place is named', () => {
    const text = 'Traceback (most recent call last):\n  File "main.py", line 4, in <module>\nNameError: x';
    const [found] = places.find(text);
    expect(text.slice(found?.start, found?.end)).toBe('File "main.py", line 4');
  });

  it('names the error and its innermost line', () => {
    const text = 'Traceback (most recent call last):\n  File "<exec>", line 4, in <module>\n  File "/home/pyodide/lib/tools/deep.py", line 3, in f\n    1/0\n    ~^~\n  File "/lib/python314.zip/json/__init__.py", line 9, in g\nZeroDivisionError: division by zero\n';
    expect(places.problem(text, source({ address: `${root}main.py` }))).toEqual({ place: { file: 'lib/tools/deep.py', line: 3 }, type: 'ZeroDivisionError', message: 'ZeroDivisionError: division by zero' });
    expect(places.problem('  File "main.py", line 2\n    x = = 1\n        ^\nSyntaxError: invalid syntax')).toMatchObject({ place: { file: 'main.py', line: 2 }, type: 'SyntaxError' });
    expect(places.problem('')).toEqual({ place: null, type: 'Error', message: '' });
  });

  it('leaves out how the interpreter runs code, and nothing of the code', () => {
    const head = 'Traceback (most recent call last):\n';
    const own = '  File "<exec>", line 6, in <module>\n    boom()\nZeroDivisionError: division by zero';
    expect(withoutRunners(`${head}  File "/lib/python314.zip/_pyodide/_base.py", line 597, in eval_code_async\n    await CodeRunner(\n    ...<9 lines>...\n  File "/lib/python314.zip/_pyodide/_base.py", line 411, in run_async\n${own}`)).toBe(head + own);
    expect(withoutRunners(head + own)).toBe(head + own);
  });
});

describe('JavaScript', () => {
  it('finds lines of the project by their addresses, and no others', () => {
    expect(at(`TypeError: x\n    at f (${root}%C3%A4%20b.js:2:7)\n    at ${root}:3:1\n    at http://runtime.localhost:5080/pyscript/0.7.31/core.js:1:1\n    at ${root}missing.js:1:1`)).toEqual([
      { file: 'ä b.js', line: 2, column: 7 },
      { file: 'index.html', line: 3, column: 1 },
    ]);
    expect(places.problem(`Uncaught TypeError: x is null\n    at f (${root}%C3%A4%20b.js:2:7)`)).toEqual({ place: { file: 'ä b.js', line: 2, column: 7 }, type: 'TypeError', message: 'TypeError: x is null' });
  });

  it('is not slowed down by text that looks like many addresses', () => {
    const begun = performance.now();
    at(root.repeat(2_000) + 'a:'.repeat(5_000));
    at(`File "${'a'.repeat(9_000)}`.repeat(20));
    expect(performance.now() - begun).toBeLessThan(500);
  });
});
