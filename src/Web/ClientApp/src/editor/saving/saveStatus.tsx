import type { Saver, SaveState } from '../saver.ts';
import { t } from '../../texts.ts';

/** Where what was written is, in a word that is always true. What goes by itself is not read out: it would talk into every pause. */
export function SaveStatus({ saver }: { saver: Saver }) {
  const state = saver.state.value;
  const keeps = saver.drafts.keeping.value === 'kept';
  return (
    <>
      <span class={`save-state ${state.kind}`} title={explain(state, keeps)}>{word(state)}</span>
      <span class="visually-hidden" role="status">{state.kind === 'saved' || state.kind === 'waiting' || state.kind === 'saving' || state.kind === 'copy' ? '' : word(state)}</span>
    </>
  );
}

function word(state: SaveState): string {
  switch (state.kind) {
    case 'saved':
      return t('Saved');
    case 'waiting':
      return t('Not saved yet');
    case 'saving':
      return t('Saving');
    case 'offline':
      return t('Offline');
    case 'busy':
      return t('The hub is busy');
    case 'signed-out':
    case 'someone-else':
      return t('Signed out');
    case 'refused':
      return t('Not all saved');
    case 'conflict':
      return t('Waits for your choice');
    case 'gone':
      return t('Not saved');
    case 'copy':
      return t('Your copy');
  }
}

function explain(state: SaveState, keeps: boolean): string {
  if (state.kind === 'saved') return t('Everything is saved on the hub.');
  return keeps ? t('What is not saved yet is kept in this browser.') : t('What is not saved is lost when the tab closes.');
}
