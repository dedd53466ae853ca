import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentLess, indentMore } from '@codemirror/commands';
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, lintKeymap } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Annotation, Compartment, EditorState, type Extension, type StateCommand, type Text } from '@codemirror/state';
import {
  EditorView, crosshairCursor, drawSelection, dropCursor, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers,
  rectangularSelection,
} from '@codemirror/view';
import { classHighlighter } from '@lezer/highlight';
import { t } from '../../texts.ts';

/** Marks a change that did not come from the person at the keyboard: it is no news to the workspace. */
export const fromOutside = Annotation.define<boolean>();

export const language = new Compartment();
export const wrapping = new Compartment();

/** What the code of a file is set up with. */
export interface Setup {
  path: string;
  nonce: string;
  wrap: boolean;
  completion: Extension;
  onChange(text: Text): void;
}

/** Tab fills up to the next stop where words stand before it, else it moves the whole line in. */
const tab: StateCommand = ({ state, dispatch }) => {
  const unit = state.facet(indentUnit);
  const { main } = state.selection;
  const before = state.doc.lineAt(main.from).text.slice(0, main.from - state.doc.lineAt(main.from).from);
  if (!main.empty || state.selection.ranges.length > 1 || /^\s*$/.test(before)) return indentMore({ state, dispatch });
  const fill = unit === '\t' ? '\t' : ' '.repeat(unit.length - (before.length % unit.length));
  dispatch(state.update(state.replaceSelection(fill), { userEvent: 'input', scrollIntoView: true }));
  return true;
};

/** The indentation that a text uses: a tab where more of its lines begin with one; else four spaces, or two where those do. */
export function indentationOf(text: Text, path: string): string {
  let [tabs, spaces, odd] = [0, 0, 0];
  const lines = text.iterLines(1, Math.min(text.lines, 2_000) + 1);
  for (const line of lines) {
    if (line.startsWith('\t')) tabs++;
    else if (/^ {2,}\S/.test(line)) {
      spaces++;
      if (/^(?: {4})* {2}\S/.test(line)) odd++;
    }
  }
  if (tabs > spaces) return '\t';
  if (/\.pyi?$/i.test(path)) return '    ';
  return odd > 0 || spaces === 0 ? '  ' : '    ';
}

/** The state of an editor for a text, with everything but its language. */
export function stateOf(text: Text, setup: Setup): EditorState {
  return EditorState.create({
    doc: text,
    extensions: [
      EditorView.cspNonce.of(setup.nonce),
      EditorState.phrases.of(phrases()),
      EditorState.lineSeparator.of('\n'),
      EditorState.tabSize.of(4),
      EditorState.allowMultipleSelections.of(true),
      indentUnit.of(indentationOf(text, setup.path)),
      EditorView.contentAttributes.of({
        'aria-label': t('Code'), 'aria-describedby': 'code-keys', autocapitalize: 'off', autocorrect: 'off', spellcheck: 'false',
        // It takes the focus anyway; checkers of accessibility look for the attribute in what scrolls.
        tabindex: '0',
      }),
      lineNumbers(),
      lintGutter(),
      foldGutter({
        markerDOM: (open) => {
          const mark = document.createElement('span');
          mark.className = open ? 'fold-mark' : 'fold-mark folded';
          return mark;
        },
      }),
      highlightSpecialChars(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      history(),
      drawSelection(),
      dropCursor(),
      rectangularSelection(),
      crosshairCursor(),
      indentOnInput(),
      bracketMatching(),
      closeBrackets(),
      autocompletion({ icons: false }),
      setup.completion,
      highlightSelectionMatches(),
      search({ top: true }),
      syntaxHighlighting(classHighlighter),
      wrapping.of(setup.wrap ? EditorView.lineWrapping : []),
      language.of([]),
      keymap.of([
        { key: 'Tab', run: acceptCompletion },
        { key: 'Tab', run: tab, shift: indentLess },
        ...closeBracketsKeymap,
        ...defaultKeymap.filter((binding) => binding.key !== 'Mod-Enter'),
        ...searchKeymap,
        ...historyKeymap,
        ...foldKeymap,
        ...completionKeymap,
        ...lintKeymap,
      ]),
      EditorView.updateListener.of((update) => {
        if (update.docChanged && !update.transactions.every((transaction) => transaction.annotation(fromOutside) ?? !transaction.docChanged)) {
          setup.onChange(update.state.doc);
        }
      }),
    ],
  });
}

const phrases = (): Record<string, string> => ({
  Find: t('Find'),
  Replace: t('Replace with'),
  next: t('Next'),
  previous: t('Previous'),
  all: t('All'),
  'match case': t('Match case'),
  regexp: t('Regular expression'),
  'by word': t('Whole words'),
  replace: t('Replace'),
  'replace all': t('Replace all'),
  close: t('Close'),
  'Go to line': t('Go to line'),
  go: t('Go'),
  'Fold line': t('Fold'),
  'Unfold line': t('Unfold'),
  'folded code': t('Folded code'),
  unfold: t('Unfold'),
  Completions: t('Suggestions'),
  Diagnostics: t('Problems'),
  'No diagnostics': t('No problems'),
});
