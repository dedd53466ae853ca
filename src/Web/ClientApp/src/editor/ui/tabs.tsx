import { useComputed } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../texts.ts';
import type { Desk } from './desk.ts';
import { fileIcon, Icon } from './icons.tsx';

/** The open files. Arrow keys go along them, Delete closes one. */
export function Tabs({ desk }: { desk: Desk }) {
  const bar = useRef<HTMLDivElement>(null);
  const shown = desk.documents.shown.value;
  const active = shown.kind === 'nothing' ? null : shown.path;
  const tabs = desk.tabs.value;
  useEffect(() => {
    bar.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [active, tabs.length]);
  return (
    <div
      class="tabs" role="tablist" aria-label={t('Open files')} ref={bar}
      onKeyDown={(event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (step !== undefined) {
          const next = tabs.at((tabs.indexOf(active ?? '') + step) % tabs.length);
          if (next === undefined) return;
          desk.open(next, undefined, false);
          requestAnimationFrame(() => bar.current?.querySelector<HTMLElement>('[aria-selected=true]')?.focus());
        } else if (event.key === 'Delete' && active) {
          desk.close(active);
          requestAnimationFrame(() => bar.current?.querySelector<HTMLElement>('[aria-selected=true]')?.focus());
        } else return;
        event.preventDefault();
      }}
    >
      {tabs.map((path) => <Tab key={path} desk={desk} path={path} isActive={path === active} isTwice={tabs.some((other) => other !== path && nameOf(other) === nameOf(path))} />)}
    </div>
  );
}

function Tab({ desk, path, isActive, isTwice }: { desk: Desk; path: string; isActive: boolean; isTwice: boolean }) {
  const isChanged = useComputed(() => desk.workspace.changes.value.has(path));
  return (
    <div
      class="tab" role="tab" tabIndex={isActive ? 0 : -1} aria-selected={isActive} aria-controls="code-pane" title={path}
      aria-label={isChanged.value ? t('{0}, not saved yet', path) : path}
      onClick={() => { desk.open(path); }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        desk.documents.view?.focus();
      }}
      onAuxClick={(event) => {
        if (event.button === 1) desk.close(path);
      }}
    >
      <Icon name={fileIcon(path)} />
      <span class="tab-name">{nameOf(path)}</span>
      {isTwice && <span class="soft small">{path.slice(0, Math.max(0, path.lastIndexOf('/')))}</span>}
      <span
        class={isChanged.value ? 'tab-close changed' : 'tab-close'} title={t('Close')} aria-hidden="true"
        onClick={(event) => {
          event.stopPropagation();
          desk.close(path);
        }}
      >
        <Icon name="close" />
      </span>
    </div>
  );
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
