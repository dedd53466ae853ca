import { t } from '../../texts.ts';
import type { Desk } from './desk.ts';
import { Icon } from './icons.tsx';

/** What happened a moment ago, and how to undo it. */
export function Toasts({ desk }: { desk: Desk }) {
  return (
    <div class="toasts" role="log" aria-label={t('News')} aria-live="polite">
      {desk.toasts.value.map((toast) => (
        <div class={toast.isBad ? 'toast bad' : 'toast'} key={toast.id}>
          <span>{toast.text}</span>
          {toast.undo && (
            <button class="button quiet" type="button" onClick={() => {
                desk.dismiss(toast.id);
                toast.undo?.();
              }}>
              <Icon name="undo" />{t('Undo')}
            </button>
          )}
          <button class="tool" type="button" aria-label={t('Close')} onClick={() => { desk.dismiss(toast.id); }}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
