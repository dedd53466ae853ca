import { MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { nonceOf } from '../ui/documents.ts';

/** From this width on two texts stand side by side. */
export const sideBySide = '(min-width: 64rem)';

interface Side {
  text: string;
  label: string;
}

interface Options {
  /** Which side is the one that counts: it is what is shown where there is room for one alone. */
  main: 'left' | 'right';
  /** Whether the left side can be changed, and take over pieces of the right one. */
  isEditable?: boolean;
  extensions?: Extension;
}

/** Two texts with what differs between them marked; where it is narrow, one text with the other's lines in it. */
export function compare(parent: HTMLElement, left: Side, right: Side, { main, isEditable = false, extensions = [] }: Options): { leftText(): string; destroy(): void } {
  const fixed: Extension = [EditorState.readOnly.of(true), EditorView.editable.of(false)];
  const extensionsOf = (side: Side, isFixed: boolean): Extension => [
    EditorView.cspNonce.of(nonceOf(document)), EditorState.lineSeparator.of('\n'), lineNumbers(), EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': side.label }), isFixed ? fixed : [], extensions,
  ];
  const collapseUnchanged = { margin: 3, minSize: 6 };
  if (matchMedia(sideBySide).matches) {
    const view = new MergeView({
      parent,
      a: { doc: left.text, extensions: extensionsOf(left, !isEditable) },
      b: { doc: right.text, extensions: extensionsOf(right, true) },
      ...(isEditable && { revertControls: 'b-to-a' as const }),
      collapseUnchanged,
    });
    return { leftText: () => view.a.state.doc.toString(), destroy: () => { view.destroy(); } };
  }
  const [shown, other] = main === 'left' ? [left, right] : [right, left];
  const view = new EditorView({
    parent, doc: shown.text,
    extensions: [extensionsOf(shown, !isEditable), unifiedMergeView({ original: other.text, mergeControls: isEditable, collapseUnchanged })],
  });
  return { leftText: () => (main === 'left' ? view.state.doc.toString() : left.text), destroy: () => { view.destroy(); } };
}
