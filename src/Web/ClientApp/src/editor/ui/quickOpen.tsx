import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../texts.ts';
import type { Desk } from './desk.ts';
import { Dialog } from './dialog.tsx';
import { fileIcon, Icon } from './icons.tsx';

const most = 50;

/** Opens a file by some letters of its path. */
export function QuickOpen({ desk, onClose }: { desk: Desk; onClose: () => void }) {
  const query = useSignal('');
  const at = useSignal(0);
  const list = useRef<HTMLUListElement>(null);
  const found = useComputed(() => {
    const letters = query.value.toLowerCase().replace(/\s+/g, '');
    return desk.paths.value
      .map((path) => ({ path, score: scoreOf(path, letters) }))
      .filter(({ score }) => score !== null)
      .sort((a, b) => (b.score ?? 0) - (a.score ?? 0))
      .slice(0, most);
  });
  const choose = (path: string | undefined) => {
    if (path === undefined) return;
    onClose();
    desk.open(path);
  };
  useEffect(() => {
    list.current?.children[at.value]?.scrollIntoView({ block: 'nearest' });
  }, [at.value]);
  return (
    <Dialog title={t('Open a file')} onClose={onClose}>
      <input
        class="input" data-first type="text" role="combobox" aria-expanded="true" aria-controls="quick-list" aria-label={t('Part of its name')}
        aria-activedescendant={found.value.length > 0 ? `quick-${at.value}` : undefined} autocomplete="off" value={query.value}
        onInput={(event) => {
          query.value = event.currentTarget.value;
          at.value = 0;
        }}
        onKeyDown={(event) => {
          const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (step !== undefined) at.value = Math.max(0, Math.min(found.value.length - 1, at.value + step));
          else if (event.key === 'Enter') choose(found.value[at.value]?.path);
          else return;
          event.preventDefault();
        }}
      />
      <ul class="choose-list" id="quick-list" role="listbox" aria-label={t('Files')} ref={list}>
        {found.value.map(({ path }, i) => (
          <li key={path} id={`quick-${i}`} role="option" aria-selected={i === at.value} onClick={() => { choose(path); }}>
            <Icon name={fileIcon(path)} />
            <span>{path.slice(path.lastIndexOf('/') + 1)}</span>
            <span class="soft small">{path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''}</span>
          </li>
        ))}
      </ul>
      {found.value.length === 0 && <p class="soft">{t('No file has this in its name.')}</p>}
    </Dialog>
  );
}

/** How well letters in order fit a path; null where they are not all in it. */
function scoreOf(path: string, letters: string): number | null {
  const lower = path.toLowerCase();
  const nameAt = lower.lastIndexOf('/') + 1;
  let score = -path.length / 100;
  let from = 0;
  for (const letter of letters) {
    const at = lower.indexOf(letter, from);
    if (at < 0) return null;
    if (at === from && from > 0) score += 2;
    if (at >= nameAt) score += 1;
    from = at + 1;
  }
  return lower.includes(letters, nameAt) ? score + 10 : score;
}
