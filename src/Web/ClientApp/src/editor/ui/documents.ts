import { signal, type Signal } from '@preact/signals';
import { setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { EditorSelection, Text, type EditorState, type Extension, type StateEffect } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { bytesOf, hashOf, isSame as isSameContent, type Content } from '../content.ts';
import { fromOutside, language, stateOf, wrapping } from '../code/setup.ts';
import { languageOf, longestHighlighted } from '../code/languages.ts';
import type { Workspace } from '../workspace.ts';
import { settings } from './settings.ts';
import { t } from '../../texts.ts';

/** What the middle of the editor shows. */
export type Shown =
  | { kind: 'nothing' }
  | { kind: 'loading'; path: string }
  | { kind: 'text'; path: string; highlighted: boolean }
  | { kind: 'bytes'; path: string; bytes: Blob; reason: 'binary' | 'not-utf8' | 'too-large' }
  | { kind: 'failed'; path: string; message: string };

export interface Place {
  line: number;
  column?: number;
}

export interface Problem {
  path: string;
  place: Place;
  message: string;
}

interface OpenText {
  /** Where it is now: a file may be moved while it is open. */
  path: string;
  state: EditorState;
  lineEnd: '\n' | '\r\n';
  scroll: StateEffect<unknown> | null;
  /** The content that the state was last known to agree with. */
  content: Content;
  /** Of the hub's file that it agrees with; null while there are changes. */
  sha256: string | null;
}

/** The texts that are open, each with its own cursor and undo history; one view shows one of them. */
export class Documents {
  readonly shown: Signal<Shown> = signal({ kind: 'nothing' });
  readonly #workspace: Workspace;
  readonly #completion: Extension;
  readonly #open = new Map<string, OpenText>();
  #problems: readonly Problem[] = [];
  #view: EditorView | null = null;
  #asked = 0;
  // Where to go in the text as soon as there is a view.
  #awaited: Place | undefined;

  constructor(workspace: Workspace, completion: Extension) {
    this.#workspace = workspace;
    this.#completion = completion;
    // Whatever changes files without the keyboard (a merge, a restored draft, another window) shows in the open texts.
    const followAll = () => {
      for (const path of this.#open.keys()) void this.#follow(path);
      void this.#followBytes();
    };
    workspace.changes.subscribe(followAll);
    workspace.base.subscribe(followAll);
    settings.wrap.subscribe((wrap) => this.#view?.dispatch({ effects: wrapping.reconfigure(wrap ? EditorView.lineWrapping : []) }));
    settings.fontSize.subscribe(() => this.#view?.requestMeasure());
  }

  get view(): EditorView | null {
    return this.#view;
  }

  /** Gives the place in the page where code is shown. */
  attach(parent: HTMLElement): () => void {
    const view = new EditorView({ parent, extensions: EditorView.cspNonce.of(nonceOf(document)) });
    const shown = this.shown.peek();
    const open = shown.kind === 'text' ? this.#open.get(shown.path) : undefined;
    // Before the view is known: an empty one would be kept as the text's own state.
    if (open) view.setState(open.state);
    this.#view = view;
    if (shown.kind === 'text') void this.show(shown.path, this.#awaited);
    return () => {
      this.#keep();
      this.#view = null;
      view.destroy();
    };
  }

  /** Shows a file, at a place of it where one is given; `takesFocus` where one goes on by typing. */
  async show(path: string, place?: Place, takesFocus = false): Promise<void> {
    const asked = ++this.#asked;
    this.#keep();
    let open = this.#open.get(path);
    if (!open) {
      this.shown.value = { kind: 'loading', path };
      const content = await this.#workspace.read(path);
      if (asked !== this.#asked) return;
      if (!content.ok) {
        this.shown.value = { kind: 'failed', path, message: 'message' in content.failure ? content.failure.message : t('The hub cannot be reached just now.') };
        return;
      }
      if (content.value.kind === 'bytes') {
        this.shown.value = { kind: 'bytes', path, bytes: content.value.bytes, reason: content.value.reason };
        return;
      }
      open = this.#begin(path, content.value);
    }
    this.shown.value = { kind: 'text', path, highlighted: open.state.doc.length <= longestHighlighted };
    const view = this.#view;
    this.#awaited = view ? undefined : place;
    if (!view) return;
    view.setState(open.state);
    view.dispatch({ effects: [wrapping.reconfigure(settings.wrap.peek() ? EditorView.lineWrapping : []), ...(open.scroll && !place ? [open.scroll] : [])] });
    this.#mark();
    if (place) this.goTo(place);
    // Once the list or dialog that it was chosen in is gone. Its own way to take the focus puts the cursor where it was.
    else if (takesFocus) requestAnimationFrame(() => { if (this.#isShown(path)) view.focus(); });
  }

  goTo(place: Place): void {
    const view = this.#view;
    if (!view) return;
    const line = view.state.doc.line(Math.min(Math.max(1, place.line), view.state.doc.lines));
    const at = Math.min(line.to, line.from + Math.max(0, (place.column ?? 1) - 1));
    view.dispatch({ selection: EditorSelection.cursor(at), effects: EditorView.scrollIntoView(at, { y: 'center' }) });
    view.focus();
  }

  showNothing(): void {
    this.#asked++;
    this.#keep();
    this.shown.value = { kind: 'nothing' };
  }

  /** Forgets a file that is closed: its text is in the workspace. */
  close(path: string): void {
    this.#open.delete(path);
  }

  /** A file has another path from now on; its cursor and its undo history stay. */
  moved(from: string, to: string): void {
    const open = this.#open.get(from);
    const shown = this.shown.peek();
    if (open) {
      this.#open.delete(from);
      this.#open.set(to, open);
      open.path = to;
    }
    if (shown.kind !== 'nothing' && shown.path === from) this.shown.value = { ...shown, path: to };
    if (open) void this.#colour(to);
  }

  /** What a run found wrong, marked in the code until the next run. */
  set problems(problems: readonly Problem[]) {
    this.#problems = problems;
    this.#mark();
  }

  #begin(path: string, content: Content & { kind: 'text' }): OpenText {
    const text = typeof content.text === 'string' ? Text.of(content.text.split('\n')) : content.text;
    const isChanged = this.#workspace.changes.peek().has(path);
    const open: OpenText = {
      path, lineEnd: content.lineEnd, scroll: null, content, sha256: isChanged ? null : (this.#workspace.base.peek().get(path)?.sha256 ?? null),
      state: stateOf(text, {
        path, wrap: settings.wrap.peek(), completion: this.#completion,
        nonce: nonceOf(document),
        onChange: (changed) => {
          open.content = { kind: 'text', text: changed, lineEnd: open.lineEnd };
          open.sha256 = null;
          this.#workspace.write(open.path, open.content);
        },
      }),
    };
    this.#open.set(path, open);
    void this.#colour(path);
    return open;
  }

  async #colour(path: string): Promise<void> {
    if ((this.#open.get(path)?.state.doc.length ?? 0) > longestHighlighted) return;
    const found = await languageOf(path);
    const open = this.#open.get(path);
    if (!open) return;
    const effects = language.reconfigure(found);
    if (this.#isShown(path) && this.#view) this.#view.dispatch({ effects });
    else open.state = open.state.update({ effects }).state;
  }

  #isShown(path: string): boolean {
    const shown = this.shown.peek();
    return shown.kind === 'text' && shown.path === path;
  }

  /** Takes the shown text's state out of the view. */
  #keep(): void {
    const shown = this.shown.peek();
    const open = shown.kind === 'text' ? this.#open.get(shown.path) : undefined;
    if (open) this.#keepInto(open);
  }

  #keepInto(open: OpenText): void {
    if (!this.#view) return;
    open.state = this.#view.state;
    open.scroll = this.#view.scrollSnapshot();
  }

  /** Brings an open text to what the workspace holds, with its cursor kept. */
  async #follow(path: string): Promise<void> {
    const open = this.#open.get(path);
    if (!open) return;
    const change = this.#workspace.changes.peek().get(path);
    if (change?.kind === 'written' && change.content === open.content) return;
    const entry = this.#workspace.base.peek().get(path);
    if (!change && entry) {
      const { content, sha256 } = open;
      if (entry.sha256 === sha256) return;
      if (await isSame(content, entry)) {
        if (open.content === content) open.sha256 = entry.sha256;
        return;
      }
    }
    if (!this.#workspace.has(path)) return;
    const content = await this.#workspace.read(path);
    // Typing went on while it was read: what was typed is newer.
    if (this.#open.get(path) !== open || this.#workspace.changes.peek().get(path) !== change) return;
    if (!content.ok) return;
    if (content.value.kind === 'bytes') {
      this.close(path);
      if (this.#isShown(path)) await this.show(path);
      return;
    }
    open.content = content.value;
    open.lineEnd = content.value.lineEnd;
    open.sha256 = change ? null : (entry?.sha256 ?? null);
    const text = typeof content.value.text === 'string' ? Text.of(content.value.text.split('\n')) : content.value.text;
    const state = this.#isShown(path) && this.#view ? this.#view.state : open.state;
    if (state.doc.eq(text)) return;
    const spec = { changes: difference(state.doc, text), annotations: fromOutside.of(true) };
    if (this.#isShown(path) && this.#view) this.#view.dispatch(spec);
    else open.state = open.state.update(spec).state;
  }

  /** Shows what the workspace holds where what is shown is no text: a picture that was replaced, or is text by now. */
  async #followBytes(): Promise<void> {
    const { shown } = this;
    const before = shown.peek();
    if (before.kind !== 'bytes' || !this.#workspace.has(before.path)) return;
    const content = await this.#workspace.read(before.path);
    if (shown.peek() !== before || !content.ok || (await isSameContent(before, content.value))) return;
    if (shown.peek() === before) await this.show(before.path);
  }

  #mark(): void {
    const shown = this.shown.peek();
    const view = this.#view;
    if (shown.kind !== 'text' || !view) return;
    const { doc } = view.state;
    const marks = this.#problems
      .filter((problem) => problem.path === shown.path && problem.place.line >= 1 && problem.place.line <= doc.lines)
      .map((problem): Diagnostic => {
        const line = doc.line(problem.place.line);
        const indented = line.from + (/^\s*/.exec(line.text)?.[0].length ?? 0);
        return { from: Math.min(indented, line.to), to: line.to, severity: 'error', source: t('last run'), message: problem.message };
      });
    view.dispatch(setDiagnostics(view.state, marks));
  }
}

/** What allows the page's own style elements. */
export const nonceOf = (page: Document): string => page.querySelector<HTMLScriptElement>('script[nonce]')?.nonce ?? '';

/** The one stretch that differs. */
function difference(before: Text, after: Text): { from: number; to: number; insert: Text } {
  const [a, b] = [before.toString(), after.toString()];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return { from: start, to: a.length - end, insert: after.slice(start, b.length - end) };
}

/** Whether the hub's file is what was written here; where browsers do not hash, it is fetched and looked at. */
async function isSame(content: Content, entry: { length: number; sha256: string }): Promise<boolean> {
  const bytes = bytesOf(content);
  return bytes.size === entry.length && (await hashOf(bytes)) === entry.sha256.toLowerCase();
}
