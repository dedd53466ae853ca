import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../../texts.ts';
import { Dialog } from './dialog.tsx';

/** A dialog whose code is fetched when it is first asked for; where that fails, it says so. */
export function onDemand<P extends { onClose: () => void }>(load: () => Promise<ComponentType<P>>) {
  let loaded: ComponentType<P> | undefined;
  return function OnDemand(props: P) {
    const state = useSignal<'loading' | 'here' | 'failed'>(loaded ? 'here' : 'loading');
    useEffect(() => {
      if (loaded) return;
      load().then(
        (component) => {
          loaded = component;
          state.value = 'here';
        },
        () => (state.value = 'failed'),
      );
    }, []);
    const Loaded = loaded;
    if (state.value === 'here' && Loaded) return <Loaded {...props} />;
    if (state.value === 'loading') return null;
    return (
      <Dialog title={t('This cannot be shown just now')} onClose={() => { props.onClose(); }}>
        <p>{t('A part of the editor could not be fetched. Your text is not touched by it; try again once the hub can be reached.')}</p>
      </Dialog>
    );
  };
}
