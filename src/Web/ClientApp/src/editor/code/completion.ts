import type { Completion, CompletionContext, CompletionResult, CompletionSource } from '@codemirror/autocomplete';
import { pickedCompletion, insertCompletionText } from '@codemirror/autocomplete';
import { language } from '@codemirror/language';
import { EditorState, type Extension } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import { t } from '../../texts.ts';
import type { Workspace } from '../workspace.ts';
import type { Known } from './pyscriptNames.ts';
import { ProjectNames } from './projectNames.ts';

/** Suggestions that know PyScript and the project itself; those of the languages stand beside them. */
export function completionOf(workspace: Workspace): Extension {
  const names = new ProjectNames(workspace);
  const source: CompletionSource = (context) => suggest(context, names);
  return EditorState.languageData.of(() => [{ autocomplete: source }]);
}

async function suggest(context: CompletionContext, names: ProjectNames): Promise<CompletionResult | null> {
  const kind = kindAt(context.state, context.pos);
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  const inText = await inString(context, before, kind, names);
  if (inText) return inText;
  if (kind === 'python') return python(context, before, names);
  if (kind === 'toml' && /^\s*[\w-]*$/.test(before)) {
    const { configKeys } = await import('./pyscriptNames.ts');
    return listed(context, /[\w-]*$/, configKeys().map(shownAs));
  }
  return null;
}

/** The language at a place: Python within a page counts as Python. */
function kindAt(state: EditorState, pos: number): string {
  const name = state.facet(language)?.name ?? '';
  if (name !== 'html') return name;
  const before = state.sliceDoc(Math.max(0, pos - 100_000), pos);
  const open = before.lastIndexOf('<script');
  if (open < 0 || before.lastIndexOf('</script') > open) return name;
  const end = before.indexOf('>', open);
  if (end < 0) return name;
  return /\btype\s*=\s*["']?m?py\b/.test(before.slice(open, end)) ? 'python' : 'javascript';
}

/** Files and ids, within quotes where the words before them ask for one. */
async function inString(context: CompletionContext, before: string, kind: string, names: ProjectNames): Promise<CompletionResult | null> {
  const quoted = /^(?<words>.*?)(?<quote>["'])(?<text>[^"']*)$/.exec(before.slice(lastOpenQuote(before)));
  const text = quoted?.groups?.['text'];
  if (text === undefined) return null;
  const words = before.slice(0, before.length - text.length - 1).trimEnd();
  const from = context.pos - text.length;
  const asksForFile = kind === 'html' ? /\b(src|href|config)\s*=$/.test(words) : /(\b(open|fetch|Path|read_text|Image|Audio)\s*\(|\bsrc\s*=|\burl\s*\(|\bfrom|\bimport|=|\{|,|\[)$/.test(words);
  const asksForId = /(\b(querySelector|querySelectorAll|getElementById|Element|when)\s*\(([^()]*,)?|\b(target|for|id)\s*=|\bpage\s*\[|\bfind\s*\()$/.test(words);
  if (asksForId) {
    const hash = /(querySelector|querySelectorAll|when|page|find)\b/.test(words) ? '#' : '';
    const ids = await names.ids();
    return { from, options: ids.map((id) => ({ label: hash + id, type: 'property', detail: t('id in a page') })), validFor: /^[#\w-]*$/ };
  }
  if (asksForFile && (kind !== 'python' || /(open|fetch|Path|Image|Audio|src)/.test(words))) {
    return { from, options: names.files().map((path) => ({ label: /^\.\//.test(text) ? `./${path}` : path, type: 'text', detail: t('a file') })), validFor: /^[^"']*$/ };
  }
  return null;
}

/** Where the quote begins that is still open; the line's end where none is. */
function lastOpenQuote(text: string): number {
  let [open, quote] = [text.length, ''];
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    if (c === '\\') i++;
    else if (quote === '' && (c === '"' || c === "'")) [open, quote] = [i, c];
    else if (c === quote) [open, quote] = [text.length, ''];
  }
  return open;
}

async function python(context: CompletionContext, before: string, names: ProjectNames): Promise<CompletionResult | null> {
  if (/#/.test(before) && lastOpenQuote(before) === before.length && !/["'].*#.*["']/.test(before)) return null;
  if (lastOpenQuote(before) < before.length) return null;
  const known = await import('./pyscriptNames.ts');
  const modules = known.modules();
  const own = await names.modules();
  const fromImport = /^\s*from\s+([\w.]+)\s+import\s+(?:\(\s*)?(?:[\w\s]+,\s*)*(\w*)$/.exec(before);
  if (fromImport) {
    const module = fromImport[1] ?? '';
    const options = modules[module]?.map(shownAs) ?? own.get(module)?.map(ownName(module));
    return options ? listed(context, /\w*$/, options) : null;
  }
  if (/^\s*(?:from|import)\s+[\w.]*$/.test(before) || /^\s*import\s+(?:[\w. ]+,\s*)+[\w.]*$/.test(before)) {
    const options: Completion[] = [
      ...Object.keys(modules).map((label): Completion => ({ label, type: 'namespace', detail: 'PyScript', boost: label === 'pyscript' ? 3 : 1 })),
      ...[...own.keys()].map((label): Completion => ({ label, type: 'namespace', detail: t('this project'), boost: 2 })),
      ...standard.map((label): Completion => ({ label, type: 'namespace', detail: t('Python') })),
    ];
    return listed(context, /[\w.]*$/, options);
  }
  const member = /([A-Za-z_]\w*)\.(\w*)$/.exec(before);
  if (member) {
    const imports = importsOf(context.state);
    const asked = member[1] ?? '';
    const module = imports.modules.get(asked) ?? asked;
    const options = modules[module]?.map(shownAs) ?? known.membersOf()[asked]?.map(shownAs) ?? own.get(module)?.map(ownName(module));
    return options ? listed(context, /\w*$/, options) : null;
  }
  const word = /(?<![\w.])[A-Za-z_]\w*$/.exec(before);
  if (!word && !context.explicit) return null;
  const imported = importsOf(context.state).names;
  const options = [
    ...(modules['pyscript'] ?? []).filter((name) => name.kind !== 'namespace').map((name): Completion => ({ ...shownAs(name), ...(imported.has(name.name) ? { boost: 1 } : { apply: withImport('pyscript'), boost: -2, detail: t('adds the import') }) })),
    ...[...own].flatMap(([module, inner]) => inner.filter((name) => !imported.has(name.name)).map((name): Completion => ({ ...ownName(module)(name), apply: withImport(module), boost: -1 }))),
  ];
  return listed(context, /\w*$/, options);
}

const standard = [
  'array', 'asyncio', 'base64', 'collections', 'csv', 'dataclasses', 'datetime', 'enum', 'functools', 'io', 'itertools', 'json', 'math', 'os', 'pathlib', 'random', 're',
  'statistics', 'string', 'sys', 'textwrap', 'time', 'typing', 'js',
];

const listed = (context: CompletionContext, word: RegExp, options: readonly Completion[]): CompletionResult => {
  const match = context.matchBefore(word);
  return { from: match?.from ?? context.pos, options, validFor: /^[\w.-]*$/ };
};

const shownAs = (name: Known): Completion => ({ label: name.name, type: name.kind, detail: 'PyScript', info: name.about });

const ownName = (module: string) => (name: { name: string; kind: string }): Completion => ({ label: name.name, type: name.kind, detail: `${module}.py` });

/** What a text imports: names that it has, and modules under the names that it gives them. */
function importsOf(state: EditorState): { names: ReadonlySet<string>; modules: ReadonlyMap<string, string> } {
  const names = new Set<string>();
  const modules = new Map<string, string>();
  const text = state.sliceDoc(0, 200_000);
  for (const [, module = '', list = ''] of text.matchAll(/^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+\(?([^()\n]+)/gm)) {
    for (const part of list.split(',')) {
      const [name = '', as = name] = part.trim().split(/\s+as\s+/);
      names.add(as);
      modules.set(as, `${module}.${name}`);
    }
  }
  for (const [, list = ''] of text.matchAll(/^[ \t]*import[ \t]+([^\n#]+)/gm)) {
    for (const part of list.split(',')) {
      const [name = '', as = name] = part.trim().split(/\s+as\s+/);
      modules.set(as, name);
    }
  }
  return { names, modules };
}

/** Puts the name in, and the import that it needs below the ones that are there. */
const withImport = (module: string) => (view: EditorView, completion: Completion, from: number, to: number): void => {
  const { state } = view;
  const text = state.sliceDoc(0, from);
  const existing = new RegExp(`^from[ \\t]+${module.replaceAll('.', '\\.')}[ \\t]+import[ \\t]+[^()\\n#]+?(?=[ \\t]*(?:#|\\n))`, 'm').exec(text);
  const insertion = insertCompletionText(state, completion.label, from, to);
  if (state.facet(language)?.name !== 'python') {
    view.dispatch({ ...insertion, annotations: pickedCompletion.of(completion) });
    return;
  }
  const last = [...text.matchAll(/^(?:from|import)[ \t].*\n/gm)].at(-1);
  const change = existing
    ? { from: existing.index + existing[0].length, insert: `, ${completion.label}` }
    : { from: last ? last.index + last[0].length : headEnd(text), insert: `from ${module} import ${completion.label}\n` };
  const typed = state.update(insertion).changes;
  const added = state.changes(change);
  view.dispatch({ changes: typed.compose(added.map(typed)), selection: { anchor: from + completion.label.length + change.insert.length }, annotations: pickedCompletion.of(completion), userEvent: 'input.complete', scrollIntoView: true });
};

/** Where the first line of code may stand: behind comments and the words on the whole file. */
function headEnd(text: string): number {
  return /^(?:#.*\n|[ \t]*\n|"""[\s\S]*?"""[ \t]*\n|'''[\s\S]*?'''[ \t]*\n)*/.exec(text)?.[0].length ?? 0;
}
