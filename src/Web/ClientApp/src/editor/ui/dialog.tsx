import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../../texts.ts';
import { Icon } from './icons.tsx';

interface Props {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  /** How much room it takes: what holds lists or code needs more than a question does. */
  size?: 'small' | 'large';
  /** What closing it means, where that is more than to close it. */
  closing?: string;
}

/** A modal dialog: the focus stays in it, Escape and a press beside it close it, and the focus goes back to where it was. */
export function Dialog({ title, onClose, children, size = 'small', closing }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current;
    if (!element) return;
    const before = document.activeElement;
    if (!element.open) element.showModal();
    element.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => {
      element.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`dialog ${size}`}
      aria-labelledby="dialog-title"
      onCancel={(event) => {
        if (event.target !== dialog.current) return;
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div class="dialog-inner">
        <header class="dialog-head">
          <h2 id="dialog-title">{title}</h2>
          {closing !== undefined
            ? <button class="button quiet" type="button" onClick={onClose}>{closing}</button>
            : (
                <button class="tool" type="button" aria-label={t('Close')} title={t('Close')} onClick={onClose}>
                  <Icon name="close" />
                </button>
              )}
        </header>
        {children}
      </div>
    </dialog>
  );
}
