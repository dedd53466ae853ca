import { useEffect, useRef } from 'preact/hooks';
import { effect, useSignal } from '@preact/signals';
import { indentLess, indentMore, redo, undo } from '@codemirror/commands';
import type { Command, EditorView } from '@codemirror/view';
import { t } from '../../texts.ts';
import { textContent } from '../content.ts';
import { endingOf, Icon } from './icons.tsx';
import type { Desk } from './desk.ts';
import { settings } from './settings.ts';
import { Tabs } from './tabs.tsx';

/** The open file: code where it is text, a picture where it is one, else what can be done with it. */
export function CodePane({ desk }: { desk: Desk }) {
  const place = useRef<HTMLDivElement>(null);
  const shown = desk.documents.shown.value;
  useEffect(() => {
    const host = place.current;
    if (!host) return;
    const size = effect(() => {
      host.style.setProperty('--code-size', `${settings.fontSize.value}px`);
    });
    const detach = desk.documents.attach(host);
    return () => {
      size();
      detach();
    };
  }, [desk]);
  return (
    <section class="editor-code" aria-label={t('Code')}>
      <Tabs desk={desk} />
      {shown.kind === 'text' && !shown.highlighted && <p class="strip">{t('This file is long: it is shown without colours, so that it stays quick.')}</p>}
      <div class="code-place" id="code-pane" role="tabpanel" aria-label={shown.kind === 'nothing' ? t('Code') : shown.path}>
        <div class="code-text" ref={place} hidden={shown.kind !== 'text'} />
        {shown.kind === 'loading' && <p class="code-note soft" role="status">{t('Opening {0}…', shown.path)}</p>}
        {shown.kind === 'failed' && (
          <div class="code-note">
            <p class="notice bad">{t('{0} cannot be opened: {1}', shown.path, shown.message)}</p>
            <button class="button" type="button" onClick={() => void desk.documents.show(shown.path)}>{t('Try again')}</button>
          </div>
        )}
        {shown.kind === 'nothing' && (
          <div class="code-note">
            <p class="soft">{desk.paths.value.length === 0 ? t('This project has no files yet.') : t('No file is open.')}</p>
            <button class="button" type="button" onClick={() => (desk.asking.value = desk.paths.peek().length === 0 ? { kind: 'new-file', folder: '' } : { kind: 'quick-open' })}>
              {desk.paths.value.length === 0 ? t('Make a file') : t('Open a file')}
            </button>
          </div>
        )}
        {shown.kind === 'bytes' && <Bytes key={shown.path} desk={desk} path={shown.path} bytes={shown.bytes} reason={shown.reason} />}
      </div>
      {shown.kind === 'text' && <KeyRow desk={desk} />}
      <p id="code-keys" class="visually-hidden">{t('Tab moves code in. Press Escape and then Tab to leave the code. F1 lists the keys.')}</p>
    </section>
  );
}

const pictureTypes: Readonly<Record<string, string>> = {
  png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp', svg: 'image/svg+xml', ico: 'image/x-icon', avif: 'image/avif', bmp: 'image/bmp',
};

interface BytesProps {
  desk: Desk;
  path: string;
  bytes: Blob;
  reason: 'binary' | 'not-utf8' | 'too-large';
}

function Bytes({ desk, path, bytes, reason }: BytesProps) {
  const type = pictureTypes[endingOf(path)];
  const address = useSignal<string | null>(null);
  useEffect(() => {
    if (type === undefined) return;
    const made = URL.createObjectURL(new Blob([bytes], { type }));
    address.value = made;
    return () => {
      address.value = null;
      URL.revokeObjectURL(made);
    };
  }, [bytes, type]);
  const openAsLatin1 = async () => {
    const text = new TextDecoder('windows-1252').decode(await bytes.arrayBuffer());
    desk.workspace.write(path, textContent(text));
    await desk.documents.show(path);
    desk.say(t('{0} was read as Latin-1 and is saved as UTF-8.', path), () => {
      desk.documents.close(path);
      desk.workspace.write(path, { kind: 'bytes', bytes, reason });
      void desk.documents.show(path);
    });
  };
  return (
    <div class="code-note bytes">
      {address.value !== null && <img class="picture" src={address.value} alt={path} />}
      <p class="strong">{path}</p>
      <p class="soft">{sizeOf(bytes.size)}</p>
      {type === undefined && (
        <p>{reason === 'binary' ? t('This file is not text, so it is not shown here.') : reason === 'too-large' ? t('This file is too long to be edited here.') : t('This file is text in another encoding than UTF-8, which Python and browsers expect.')}</p>
      )}
      <div class="row">
        {reason === 'not-utf8' && <button class="button primary" type="button" onClick={() => void openAsLatin1()}>{t('Open as Latin-1 and save as UTF-8')}</button>}
        <button class="button" type="button" onClick={() => void desk.download(path)}><Icon name="download" />{t('Download')}</button>
      </div>
    </div>
  );
}

/** A length for people. */
export const sizeOf = (bytes: number): string => (bytes < 1_000 ? t('{0} bytes', bytes) : bytes < 1_000_000 ? t('{0} KB', Math.round(bytes / 100) / 10) : t('{0} MB', Math.round(bytes / 100_000) / 10));

const typed = (text: string): Command => (view) => {
  view.dispatch(view.state.replaceSelection(text), { userEvent: 'input.type', scrollIntoView: true });
  return true;
};

/** A pair around what is selected, with the cursor in it. */
const paired = (open: string, close: string): Command => (view) => {
  const { from, to } = view.state.selection.main;
  const inner = view.state.sliceDoc(from, to);
  view.dispatch({ changes: { from, to, insert: open + inner + close }, selection: { anchor: from + open.length, head: from + open.length + inner.length }, userEvent: 'input.type', scrollIntoView: true });
  return true;
};

const moved = (by: (view: EditorView) => number): Command => (view) => {
  view.dispatch({ selection: { anchor: by(view) }, scrollIntoView: true });
  return true;
};

/** Keys that on-screen keyboards hide, shown where the pointer is coarse. */
function KeyRow({ desk }: { desk: Desk }) {
  const keys: readonly { face: string; label: string; run: Command }[] = [
    { face: '⇥', label: t('Indent'), run: indentMore },
    { face: '⇤', label: t('Dedent'), run: indentLess },
    { face: ':', label: t('Colon'), run: typed(':') },
    { face: '( )', label: t('Round brackets'), run: paired('(', ')') },
    { face: '" "', label: t('Double quotes'), run: paired('"', '"') },
    { face: "' '", label: t('Single quotes'), run: paired("'", "'") },
    { face: '[ ]', label: t('Square brackets'), run: paired('[', ']') },
    { face: '{ }', label: t('Curly brackets'), run: paired('{', '}') },
    { face: '=', label: t('Equals sign'), run: typed('=') },
    { face: '_', label: t('Underscore'), run: typed('_') },
    { face: '#', label: t('Number sign'), run: typed('#') },
    { face: '<', label: t('Less than'), run: typed('<') },
    { face: '>', label: t('Greater than'), run: typed('>') },
    { face: '←', label: t('Left'), run: moved((view) => view.moveByChar(view.state.selection.main, false).head) },
    { face: '→', label: t('Right'), run: moved((view) => view.moveByChar(view.state.selection.main, true).head) },
    { face: '↑', label: t('Up'), run: moved((view) => view.moveVertically(view.state.selection.main, false).head) },
    { face: '↓', label: t('Down'), run: moved((view) => view.moveVertically(view.state.selection.main, true).head) },
    { face: '↶', label: t('Undo'), run: undo },
    { face: '↷', label: t('Redo'), run: redo },
  ];
  return (
    <div class="key-row" role="toolbar" aria-label={t('Keys')}>
      {keys.map((key) => (
        <button
          key={key.label} type="button" aria-label={key.label} tabIndex={-1}
          // The code keeps the focus, and with it the on-screen keyboard.
          onPointerDown={(event) => { event.preventDefault(); }}
          onMouseDown={(event) => { event.preventDefault(); }}
          onClick={() => {
            const view = desk.documents.view;
            if (!view) return;
            key.run(view);
            view.focus();
          }}
        >
          {key.face}
        </button>
      ))}
    </div>
  );
}
