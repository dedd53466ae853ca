import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../texts.ts';
import type { Desk } from './desk.ts';
import { Dialog } from './dialog.tsx';

interface Hit {
  path: string;
  line: number;
  column: number;
  before: string;
  match: string;
  after: string;
}

const mostHits = 500;
const afterTyping = 250;

/** Looks for words in every text of the project. */
export function FindInFiles({ desk, onClose }: { desk: Desk; onClose: () => void }) {
  const selected = desk.documents.view?.state.sliceDoc(desk.documents.view.state.selection.main.from, desk.documents.view.state.selection.main.to) ?? '';
  const query = useSignal(selected.includes('\n') ? '' : selected.slice(0, 200));
  const matchCase = useSignal(false);
  const hits = useSignal<readonly Hit[]>([]);
  const state = useSignal<'idle' | 'looking' | 'done'>('idle');
  const asked = useRef(0);
  useEffect(() => {
    const run = ++asked.current;
    const words = query.value;
    if (words === '') {
      hits.value = [];
      state.value = 'idle';
      return;
    }
    const timer = setTimeout(() => {
      state.value = 'looking';
      void look(desk, words, matchCase.value, () => run === asked.current, (found) => (hits.value = found)).then(() => {
        if (run === asked.current) state.value = 'done';
      });
    }, afterTyping);
    return () => {
      clearTimeout(timer);
    };
  }, [query.value, matchCase.value]);
  const files = new Set(hits.value.map((hit) => hit.path)).size;
  let last = '';
  return (
    <Dialog title={t('Find in all files')} size="large" onClose={onClose}>
      <div class="row">
        <input class="input grow" data-first type="text" aria-label={t('Find')} value={query.value} onInput={(event) => (query.value = event.currentTarget.value)} />
        <label class="check"><input type="checkbox" checked={matchCase.value} onChange={(event) => (matchCase.value = event.currentTarget.checked)} />{t('Match case')}</label>
      </div>
      <p class="soft small" role="status">
        {state.value === 'looking' ? t('Looking…') : state.value === 'done' ? (hits.value.length >= mostHits ? t('The first {0} places, in {1} files', mostHits, files) : t('{0} places in {1} files', hits.value.length, files)) : ''}
      </p>
      <ul class="hits">
        {hits.value.map((hit) => {
          const isNew = hit.path !== last;
          last = hit.path;
          return (
            <li key={`${hit.path}:${hit.line}:${hit.column}`}>
              {isNew && <h3 class="hit-file">{hit.path}</h3>}
              <button class="hit" type="button" onClick={() => {
                  onClose();
                  desk.open(hit.path, hit);
                }}>
                <span class="soft">{hit.line}</span>
                <code>{hit.before}<mark>{hit.match}</mark>{hit.after}</code>
              </button>
            </li>
          );
        })}
      </ul>
    </Dialog>
  );
}

async function look(desk: Desk, words: string, matchCase: boolean, isWanted: () => boolean, show: (hits: readonly Hit[]) => void): Promise<void> {
  const hits: Hit[] = [];
  const needle = matchCase ? words : words.toLowerCase();
  const paths = [...desk.paths.peek()];
  const readers = Array.from({ length: 6 }, async () => {
    for (let path = paths.shift(); path !== undefined && isWanted() && hits.length < mostHits; path = paths.shift()) {
      const content = await desk.workspace.read(path);
      if (!content.ok || content.value.kind !== 'text') continue;
      const lines = typeof content.value.text === 'string' ? content.value.text.split('\n') : content.value.text.iterLines();
      let line = 0;
      for (const text of lines) {
        line++;
        const at = (matchCase ? text : text.toLowerCase()).indexOf(needle);
        if (at < 0) continue;
        const from = Math.max(0, at - 40);
        hits.push({ path, line, column: at + 1, before: (from > 0 ? '…' : '') + text.slice(from, at).trimStart(), match: text.slice(at, at + words.length), after: text.slice(at + words.length, at + words.length + 120) });
        if (hits.length >= mostHits) break;
      }
    }
  });
  await Promise.all(readers);
  if (isWanted()) show(hits.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line)));
}
