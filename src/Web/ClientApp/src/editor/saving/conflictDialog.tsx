import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../texts.ts';
import { compare, sideBySide } from '../code/comparison.ts';
import { textOf, type Content } from '../content.ts';
import type { Saver } from '../saver.ts';
import { Dialog } from '../ui/dialog.tsx';
import type { Change, Conflict } from '../workspace.ts';

/** Files that both sides changed, one after the other, with both versions and the choices. */
export function ConflictDialog({ saver, onClose }: { saver: Saver; onClose: () => void }) {
  const { workspace } = saver;
  const chosen = useSignal<string | null>(null);
  const conflicts = workspace.conflicts.value;
  const path = chosen.value !== null && conflicts.has(chosen.value) ? chosen.value : [...conflicts.keys()][0];
  const conflict = path === undefined ? undefined : conflicts.get(path);
  const change = path === undefined ? undefined : workspace.changes.value.get(path);
  const isOver = !conflict || !change;
  useEffect(() => {
    if (isOver) onClose();
  }, [isOver, onClose]);
  if (isOver) return null;
  return (
    <Dialog title={t('Which version do you want?')} onClose={onClose} size="large" closing={t('Decide later')}>
      {conflicts.size > 1 && (
        <nav class="row" aria-label={t('Files with two versions')}>
          {[...conflicts.keys()].map((each) => (
            <button key={each} class="button quiet" type="button" aria-current={each === path ? 'true' : undefined} onClick={() => (chosen.value = each)}>{each}</button>
          ))}
        </nav>
      )}
      <OneConflict key={`${conflict.path} ${conflict.entry?.sha256 ?? ''}`} saver={saver} conflict={conflict} change={change} />
    </Dialog>
  );
}

function OneConflict({ saver, conflict, change }: { saver: Saver; conflict: Conflict; change: Change }) {
  const { workspace } = saver;
  const { path, theirs } = conflict;
  const mine = change.kind === 'written' ? change.content : null;
  const merged = useRef<(() => string) | null>(null);
  const [mineText, theirText] = [mine && textOf(mine), theirs && textOf(theirs)];
  const isText = mine?.kind === 'text' && theirs?.kind === 'text' && mineText !== null && theirText !== null;
  return (
    <section class="stack tight conflict" aria-label={path}>
      <h3>{path}</h3>
      <p>{mine === null ? t('You deleted or renamed this file; elsewhere it was changed.') : theirs === null ? t('You changed this file; elsewhere it was deleted or renamed.') : t('Both sides changed this file.')}</p>
      {isText
        ? <Comparison mine={mineText} theirs={theirText} onReady={(read) => (merged.current = read)} />
        : <div class="two-columns"><Side title={t('Mine')} content={mine} /><Side title={t('Theirs, on the hub')} content={theirs} /></div>}
      <div class="row">
        <button class="button primary" type="button" onClick={() => { workspace.keepMine(path); }}>{mine === null ? t('Delete it') : t('Keep mine')}</button>
        <button class="button" type="button" onClick={() => { workspace.takeTheirs(path); }}>{theirs === null ? t('Let it be deleted') : t('Take theirs')}</button>
        {isText && (
          <button class="button" type="button" onClick={() => {
              const text = merged.current?.();
              if (text !== undefined) workspace.takeMerged(path, { kind: 'text', text, lineEnd: mine.lineEnd });
            }}>
            {t('Take the text on the left, as it is now')}
          </button>
        )}
        {mine && theirs && <button class="button" type="button" onClick={() => workspace.keepBoth(path)}>{t('Keep both: mine as {0}', workspace.besideOf(path))}</button>}
      </div>
    </section>
  );
}

function Side({ title, content }: { title: string; content: Content | null }) {
  const text = content && textOf(content);
  return (
    <div>
      <h4>{title}</h4>
      {content === null ? <p class="soft">{t('Not there')}</p> : text === null ? <p class="soft">{t('{0} bytes that are no text', content.kind === 'bytes' ? content.bytes.size : 0)}</p> : <pre class="conflict-text">{text}</pre>}
    </div>
  );
}

/** Two texts side by side, or one below the other where it is narrow; the left one can be changed. */
function Comparison({ mine, theirs, onReady, isFixed }: { mine: string; theirs: string; onReady?: (read: () => string) => void; isFixed?: boolean }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const parent = place.current;
    if (!parent) return;
    const view = compare(
      parent, { text: mine, label: t('Mine') }, { text: theirs, label: isFixed ? t('Saved on the hub') : t('Theirs, on the hub') },
      { main: 'left', isEditable: isFixed !== true },
    );
    onReady?.(() => view.leftText());
    return () => { view.destroy(); };
    // What is typed in the editor meanwhile does not pull the text away from under the hands here.
  }, [theirs]);
  return (
    <div>
      {matchMedia(sideBySide).matches && <div class="conflict-heads" aria-hidden="true"><span>{t('Mine')}</span><span>{isFixed ? t('Saved on the hub') : t('Theirs, on the hub')}</span></div>}
      <div class="conflict-compare" ref={place} />
    </div>
  );
}

/** What is here and not saved, beside what the hub has. */
export function ChangesDialog({ saver, paths, onClose }: { saver: Saver; paths: readonly string[]; onClose: () => void }) {
  return (
    <Dialog title={t('What changed')} onClose={onClose} size="large">
      {paths.map((path) => <OneChange key={path} saver={saver} path={path} />)}
    </Dialog>
  );
}

function OneChange({ saver, path }: { saver: Saver; path: string }) {
  const { workspace } = saver;
  const before = useSignal<string | null | undefined>(undefined);
  const change = workspace.changes.value.get(path);
  useEffect(() => {
    const entry = workspace.base.peek().get(path);
    if (!entry) {
      before.value = '';
      return;
    }
    void workspace.readEntry(entry, workspace.revision.peek()).then((content) => (before.value = content.ok ? textOf(content.value) : null));
  }, [path]);
  const text = change?.kind === 'written' ? textOf(change.content) : null;
  return (
    <section class="stack tight" aria-label={path}>
      <h3>{path}</h3>
      {!change ? <p class="soft">{t('It is saved by now.')}</p>
        : change.kind === 'deleted' ? <p>{t('Deleted here.')}</p>
          : text === null || before.value === null ? <p class="soft">{t('It cannot be shown as text.')}</p>
            : before.value !== undefined && <Comparison mine={text} theirs={before.value} isFixed />}
    </section>
  );
}
