import { useSignal } from '@preact/signals';
import { syntaxHighlighting } from '@codemirror/language';
import { classHighlighter } from '@lezer/highlight';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../texts.ts';
import type { FileEntry, FileList, HubApi, Revision } from '../api.ts';
import type { Content } from '../content.ts';
import type { Saver } from '../saver.ts';
import { compare } from '../code/comparison.ts';
import { languageOf } from '../code/languages.ts';
import type { Desk } from './desk.ts';
import { Dialog } from './dialog.tsx';
import { Icon } from './icons.tsx';
import { whyNot } from './whyNot.ts';

interface Props {
  desk: Desk;
  api: HubApi;
  saver: Saver;
  onClose: () => void;
}

interface Difference {
  path: string;
  kind: 'added' | 'changed' | 'removed';
  then: FileEntry | null;
}

/** What the project was: every kept state, what differs from the present, and the way back. */
export function HistoryDialog({ desk, api, saver, onClose }: Props) {
  const revisions = useSignal<readonly Revision[]>([]);
  const cursor = useSignal<string | null>(null);
  const trouble = useSignal<string | null>(null);
  const chosen = useSignal<number | null>(null);
  const files = useSignal<FileList | null>(null);
  const path = useSignal<string | null>(null);
  const naming = useSignal(false);
  const isBusy = useSignal(false);

  const load = async (more?: string) => {
    const page = await api.revisions(more);
    if (!page.ok) {
      trouble.value = whyNot(page.failure);
      return;
    }
    revisions.value = more === undefined ? page.value.items : [...revisions.peek(), ...page.value.items];
    cursor.value = page.value.nextCursor;
  };
  const choose = async (revision: number) => {
    chosen.value = revision;
    files.value = null;
    path.value = null;
    naming.value = false;
    const then = await api.files(revision);
    if (chosen.peek() !== revision) return;
    if (!then.ok) {
      trouble.value = whyNot(then.failure);
      return;
    }
    files.value = then.value;
    path.value = differences(desk, then.value)[0]?.path ?? null;
  };
  useEffect(() => {
    void (async () => {
      await saver.save();
      await load();
      const earlier = revisions.peek()[1] ?? revisions.peek()[0];
      if (earlier) await choose(earlier.revision);
    })();
  }, []);

  const restore = async (revision: number) => {
    isBusy.value = true;
    trouble.value = null;
    // What is not saved yet becomes a state of its own first, so that restoring loses nothing.
    const saved = await saver.save();
    const restored = saved ? await api.restore(revision, desk.workspace.revision.peek()) : null;
    isBusy.value = false;
    if (!restored?.ok) {
      trouble.value = restored ? whyNot(restored.failure) : t('What is not saved yet could not be saved, so nothing was restored.');
      return;
    }
    await saver.follow();
    onClose();
    desk.say(t('The project is as it was in revision {0}. What it was before is in the history.', revision));
  };
  const rename = async (revision: number, name: string) => {
    const named = await api.nameRevision(revision, name.trim() === '' ? null : name.trim());
    if (!named.ok) {
      trouble.value = whyNot(named.failure);
      return;
    }
    naming.value = false;
    revisions.value = revisions.peek().map((other) => (other.revision === revision ? named.value : other));
  };

  const current = revisions.value.find((revision) => revision.revision === chosen.value);
  const changed = files.value ? differences(desk, files.value) : [];
  const difference = changed.find((item) => item.path === path.value);
  return (
    <Dialog title={t('History')} size="large" onClose={onClose}>
      {trouble.value && <p class="notice bad" role="alert">{trouble.value}</p>}
      <div class="history">
        <div class="history-list">
          <ol aria-label={t('States of the project')}>
            {revisions.value.map((revision) => (
              <li key={revision.revision}>
                <button
                  class="revision" type="button" aria-current={revision.revision === chosen.value ? 'true' : undefined} data-first={revision.revision === chosen.value}
                  onClick={() => void choose(revision.revision)}
                >
                  <span class="strong">{revision.name ?? when(revision.createdAt)}</span>
                  <span class="soft small">{revision.name ? `${when(revision.createdAt)} · ` : ''}{t('Revision {0}', revision.revision)}{revision.author ? ` · ${revision.author}` : ''}</span>
                  <span class="row">
                    {revision.isHead && <span class="tag">{t('newest')}</span>}
                    {revision.isPublished && <span class="tag good">{t('what others see')}</span>}
                  </span>
                </button>
              </li>
            ))}
          </ol>
          {cursor.value !== null && <button class="button quiet wide" type="button" onClick={() => void load(cursor.peek() ?? undefined)}>{t('Older')}</button>}
        </div>
        {current && (
          <div class="history-state">
            <div class="row spread">
              <h3>{current.name ?? t('Revision {0}', current.revision)}</h3>
              <div class="row">
                <button class="button quiet" type="button" onClick={() => (naming.value = !naming.peek())}><Icon name="pencil" />{current.name ? t('Rename') : t('Name it')}</button>
                {!current.isHead && <button class="button primary" type="button" disabled={isBusy.value} onClick={() => void restore(current.revision)}><Icon name="history" />{t('Restore')}</button>}
              </div>
            </div>
            {naming.value && (
              <form class="row" onSubmit={(event) => {
                  event.preventDefault();
                  const name = new FormData(event.currentTarget).get('name');
                  void rename(current.revision, typeof name === 'string' ? name : '');
                }}>
                <input class="input grow" name="name" aria-label={t('Name of this state; a named one is kept for good')} placeholder={t('Name of this state; a named one is kept for good')} defaultValue={current.name ?? ''} maxLength={100} />
                <button class="button" type="submit">{t('Keep')}</button>
              </form>
            )}
            {files.value && changed.length === 0 && <p class="soft">{t('Nothing differs from what you have now.')}</p>}
            {changed.length > 0 && (
              <label class="row history-file">
                <span class="soft small">{changed.length === 1 ? t('1 file differs from now') : t('{0} files differ from now', changed.length)}</span>
                <select class="small-select grow" aria-label={t('File')} value={path.value ?? ''} onChange={(event) => (path.value = event.currentTarget.value)}>
                  {changed.map((item) => (
                    <option key={item.path} value={item.path}>
                      {item.kind === 'added' ? t('{0} (not there then)', item.path) : item.kind === 'removed' ? t('{0} (not there now)', item.path) : item.path}
                    </option>
                  ))}
                </select>
              </label>
            )}
            {difference && <Compared key={`${current.revision}:${difference.path}`} desk={desk} revision={current.revision} difference={difference} />}
          </div>
        )}
      </div>
    </Dialog>
  );
}

/** One file then and now: side by side where there is room, else one below the other. */
function Compared({ desk, revision, difference }: { desk: Desk; revision: number; difference: Difference }) {
  const place = useRef<HTMLDivElement>(null);
  const note = useSignal<string | null>(null);
  useEffect(() => {
    const life: { over: boolean; view: { destroy(): void } | null } = { over: false, view: null };
    void (async () => {
      const empty: Content = { kind: 'text', text: '', lineEnd: '\n' };
      const then = difference.then ? await desk.workspace.readEntry(difference.then, revision) : { ok: true as const, value: empty };
      const now = desk.workspace.has(difference.path) ? await desk.workspace.read(difference.path) : { ok: true as const, value: empty };
      const language = await languageOf(difference.path);
      if (life.over || !place.current) return;
      if (!then.ok || !now.ok) {
        note.value = t('It could not be fetched.');
        return;
      }
      if (then.value.kind === 'bytes' || now.value.kind === 'bytes') {
        note.value = t('This file is not text; it differs.');
        return;
      }
      life.view = compare(
        place.current, { text: then.value.text.toString(), label: t('Then') }, { text: now.value.text.toString(), label: t('Now') },
        { main: 'right', extensions: [syntaxHighlighting(classHighlighter), language] },
      );
    })();
    return () => {
      life.over = true;
      life.view?.destroy();
    };
  }, []);
  return (
    <>
      <p class="compared-heads soft small" aria-hidden="true"><span>{t('Then')}</span><span>{t('Now')}</span></p>
      {note.value && <p class="soft">{note.value}</p>}
      <div class="compared" ref={place} tabIndex={0} role="region" aria-label={t('What differs in {0}', difference.path)} />
    </>
  );
}

/** What differs between a state of the hub's and what is here now. */
function differences(desk: Desk, then: FileList): Difference[] {
  const { base, changes, paths } = desk.workspace;
  const before = new Map(then.files.map((file) => [file.path, file]));
  const found: Difference[] = [];
  for (const path of paths.value) {
    const entry = before.get(path);
    if (!entry) found.push({ path, kind: 'added', then: null });
    else if (changes.value.has(path) || base.value.get(path)?.sha256 !== entry.sha256) found.push({ path, kind: 'changed', then: entry });
  }
  for (const [path, entry] of before) if (!desk.workspace.has(path)) found.push({ path, kind: 'removed', then: entry });
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

const when = (time: string): string => new Date(time).toLocaleString(document.documentElement.lang || undefined, { dateStyle: 'medium', timeStyle: 'short' });
