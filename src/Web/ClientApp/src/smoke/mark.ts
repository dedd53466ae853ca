import { t } from '../texts.ts';
import type { IconName } from '../editor/ui/icons.tsx';
import type { InterpreterStanding } from './watch.ts';

/** How a verdict is shown: a drawing, a tone and a word, as on the hub's pages (Pages/Shared/SmokeMarkTagHelper.cs). */
export function markOf({ state, outcome }: Pick<InterpreterStanding, 'state' | 'outcome'>): { icon: IconName; tone: string; word: string } {
  if (state === 'queued') return { icon: 'hourglass', tone: 'soft', word: t('waiting') };
  if (state === 'running') return { icon: 'running', tone: 'running', word: t('running now') };
  switch (outcome) {
    case 'passed':
      return { icon: 'check', tone: 'good', word: t('passed') };
    case 'failed':
      return { icon: 'close', tone: 'bad', word: t('failed') };
    case 'timed_out':
      return { icon: 'clock', tone: 'bad', word: t('timed out') };
    case 'refused':
      return { icon: 'ban', tone: 'warn', word: t('needs another site') };
    case 'crashed':
      return { icon: 'alert', tone: 'warn', word: t('could not be tested') };
    case 'not_applicable':
      return { icon: 'minus', tone: 'soft', word: t('nothing to run') };
    case null:
      return { icon: 'minus', tone: 'soft', word: t('not run yet') };
  }
}
