import { useComputed, useSignal, type Signal } from '@preact/signals';
import { useLayoutEffect, useMemo } from 'preact/hooks';
import { openSearchPanel, gotoLine } from '@codemirror/search';
import { t } from '../texts.ts';
import type { HubApi } from './api.ts';
import type { Boot } from './boot.ts';
import { completionOf } from './code/completion.ts';
import type { Copies } from './copies.ts';
import type { LeftBehind } from './drafts.ts';
import type { Runs } from './runs.ts';
import type { Saver } from './saver.ts';
import { SaveNotices } from './saving/saveNotices.tsx';
import { SaveStatus } from './saving/saveStatus.tsx';
import { CodePane } from './ui/codePane.tsx';
import { Desk, type Pane, type Wanted } from './ui/desk.ts';
import { Documents } from './ui/documents.ts';
import { FileTree } from './ui/fileTree.tsx';
import { Icon, type IconName } from './ui/icons.tsx';
import { onDemand } from './ui/onDemand.tsx';
import { Menu, type MenuItem } from './ui/menu.tsx';
import { MoveDialog, NewDialog, RenameDialog } from './ui/nameDialogs.tsx';
import { InterpreterChoice, PreviewPane } from './ui/previewPane.tsx';
import { QuickOpen } from './ui/quickOpen.tsx';
import { Running } from './ui/running.ts';
import { interpreterOf, settings } from './ui/settings.ts';
import { keyName, Shortcuts } from './ui/shortcuts.tsx';
import { Splitter } from './ui/splitter.tsx';
import { Toasts } from './ui/toasts.tsx';
import type { Workspace } from './workspace.ts';

// What one does not need to write a line comes when it is asked for.
const HistoryDialog = onDemand(() => import('./ui/historyDialog.tsx').then((module) => module.HistoryDialog));
const ShareDialog = onDemand(() => import('./ui/shareDialog.tsx').then((module) => module.ShareDialog));
const FindInFiles = onDemand(() => import('./ui/findInFiles.tsx').then((module) => module.FindInFiles));

interface Props {
  boot: Boot;
  api: HubApi;
  workspace: Workspace;
  saver: Saver;
  runs: Runs;
  copies: Copies;
  left: LeftBehind | null;
  wanted: Wanted | null;
}

/** The whole editor: files, code and the running project side by side, or one after the other on a narrow screen. */
export function App({ boot, api, workspace, saver, runs, copies, left, wanted }: Props) {
  const [desk, running] = useMemo(() => {
    const documents = new Documents(workspace, completionOf(workspace));
    const made = new Desk(boot, workspace, documents, wanted);
    const interpreter = interpreterOf(boot.project.id);
    if (wanted?.interpreter !== undefined) interpreter.value = wanted.interpreter;
    return [made, new Running(made, runs, interpreter)] as const;
  }, []);
  useKeys(desk, running, saver);
  const pane = desk.pane.value;
  const close = () => (desk.asking.value = null);
  return (
    <div
      class="editor" data-pane={pane} data-files={desk.filesAreOpen.value ? 'open' : undefined}
      style={{ '--files-width': `${settings.filesWidth.value}px`, '--preview-part': String(settings.previewPart.value) }}
    >
      <Bar boot={boot} desk={desk} running={running} saver={saver} />
      <div class="editor-notices"><SaveNotices saver={saver} copies={copies} runs={runs} left={left} /></div>
      <div class="editor-panes">
        <nav class="editor-files" aria-label={t('Files of the project')} id="files-pane" onKeyDown={(event) => {
            if (event.key === 'Escape') desk.filesAreOpen.value = false;
          }}>
          <FileTree desk={desk} />
        </nav>
        <button class="drawer-back" type="button" tabIndex={-1} aria-hidden="true" onClick={() => (desk.filesAreOpen.value = false)} />
        <Splitter label={t('Width of the files')} axis="x" value={settings.filesWidth} min={140} max={600} step={16} of={(event, bounds) => event.clientX - bounds.left} />
        <main class="editor-work">
          <CodePane desk={desk} />
          <Splitter
            label={t('Width of the preview')} axis="x" value={settings.previewPart} min={0.15} max={0.85} step={0.03} isReversed
            of={(event, bounds) => (bounds.right - event.clientX) / bounds.width}
          />
          <PreviewPane running={running} />
        </main>
      </div>
      <PaneTabs pane={desk.pane} running={running} />
      <Toasts desk={desk} />
      <p class="visually-hidden" role="status">{runWords(running.state.value)}</p>
      <Asked desk={desk} api={api} boot={boot} saver={saver} onClose={close} />
    </div>
  );
}

/** The dialog that is open, if one is. */
function Asked({ desk, api, boot, saver, onClose }: { desk: Desk; api: HubApi; boot: Boot; saver: Saver; onClose: () => void }) {
  const asking = desk.asking.value;
  switch (asking?.kind) {
    case undefined:
      return null;
    case 'new-file':
    case 'new-folder':
      return <NewDialog desk={desk} folder={asking.folder} isFolder={asking.kind === 'new-folder'} onClose={onClose} />;
    case 'rename':
      return <RenameDialog desk={desk} path={asking.path} isFolder={asking.isFolder} onClose={onClose} />;
    case 'move':
      return <MoveDialog desk={desk} path={asking.path} isFolder={asking.isFolder} onClose={onClose} />;
    case 'quick-open':
      return <QuickOpen desk={desk} onClose={onClose} />;
    case 'shortcuts':
      return <Shortcuts onClose={onClose} />;
    case 'find-in-files':
      return <FindInFiles desk={desk} onClose={onClose} />;
    case 'history':
      return <HistoryDialog desk={desk} api={api} saver={saver} onClose={onClose} />;
    case 'share':
      return <ShareDialog desk={desk} api={api} boot={boot} saver={saver} onClose={onClose} />;
  }
}

function Bar({ boot, desk, running, saver }: { boot: Boot; desk: Desk; running: Running; saver: Saver }) {
  const menu = useSignal<{ x: number; y: number } | null>(null);
  const project = desk.project.value;
  const isOn = running.isOn.value;
  const inCode = (command: (view: NonNullable<Documents['view']>) => unknown) => () => {
    desk.pane.value = 'code';
    const { view } = desk.documents;
    if (view) requestAnimationFrame(() => command(view));
  };
  const items: MenuItem[] = [
    { label: t('Save now'), key: keyName('Mod+S'), run: () => void saver.save() },
    { label: t('Open a file…'), icon: 'file', key: keyName('Mod+P'), run: () => (desk.asking.value = { kind: 'quick-open' }) },
    { label: t('Find and replace'), icon: 'search', key: keyName('Mod+F'), run: inCode(openSearchPanel) },
    { label: t('Find in all files…'), icon: 'search', key: keyName('Mod+Shift+F'), run: () => (desk.asking.value = { kind: 'find-in-files' }) },
    { label: t('Go to line…'), key: keyName('Mod+Alt+G'), run: inCode(gotoLine) },
    ...(boot.canEdit ? [{ label: t('History…'), icon: 'history' as const, run: () => (desk.asking.value = { kind: 'history' }) }] : []),
    { label: t('Run after each change'), checked: settings.autoRun.value, run: () => (settings.autoRun.value = !settings.autoRun.peek()) },
    { label: t('Wrap long lines'), checked: settings.wrap.value, run: () => (settings.wrap.value = !settings.wrap.peek()) },
    { label: t('Larger text'), icon: 'plus', run: () => (settings.fontSize.value = Math.min(32, settings.fontSize.peek() + 2)) },
    { label: t('Smaller text'), run: () => (settings.fontSize.value = Math.max(10, settings.fontSize.peek() - 2)) },
    { label: t('Keys…'), icon: 'keyboard', key: 'F1', run: () => (desk.asking.value = { kind: 'shortcuts' }) },
  ];
  return (
    <header class="editor-bar">
      <button
        class="tool files-button" type="button" aria-label={t('Files')} title={t('Files')} aria-expanded={desk.filesAreOpen.value} aria-controls="files-pane"
        onClick={() => (desk.filesAreOpen.value = !desk.filesAreOpen.peek())}
      >
        <Icon name="menu" />
      </button>
      <a class="editor-brand" href="/" aria-label={t('PyScript Hub, start page')}>
        <svg viewBox="0 0 28 28" aria-hidden="true">
          <rect class="brand-ground" width="28" height="28" rx="8" />
          <path class="brand-line" d="m8 9 5 5-5 5" />
          <circle class="brand-dot" cx="18.5" cy="18.5" r="2.6" />
        </svg>
      </a>
      <h1 class="editor-title"><a href={project.url} title={project.name}>{project.name}</a></h1>
      <SaveStatus saver={saver} />
      <span class="bar-space" />
      <InterpreterChoice running={running} />
      {isOn && (
        <button class="button stop" type="button" title={`${t('Stop')} (${keyName('Mod+.')})`} onClick={() => { running.stop(); }}>
          <Icon name="stop" /><span class="wide-only">{t('Stop')}</span>
        </button>
      )}
      <button class="button primary run" type="button" aria-label={isOn ? t('Run again') : t('Run')} title={`${t('Run')} (${keyName('Mod+Enter')})`} onClick={() => void running.show()}>
        <Icon name="play" /><span>{isOn ? t('Run again') : t('Run')}</span>
      </button>
      {boot.canEdit && (
        <button class="button share" type="button" aria-label={t('Share')} title={t('Share')} onClick={() => (desk.asking.value = { kind: 'share' })}>
          <Icon name="share" /><span class="wide-only">{t('Share')}</span>
        </button>
      )}
      <button
        class="tool" type="button" aria-label={t('More')} title={t('More')} aria-haspopup="menu" aria-expanded={menu.value !== null}
        onClick={(event) => {
          const { right, bottom } = event.currentTarget.getBoundingClientRect();
          menu.value = { x: right - 260, y: bottom + 4 };
        }}
      >
        <Icon name="more" />
      </button>
      {menu.value && <Menu label={t('More')} at={menu.value} items={items} onClose={() => (menu.value = null)} />}
    </header>
  );
}

/** On a narrow screen: which of the parts is seen. */
function PaneTabs({ pane, running }: { pane: Signal<Pane>; running: Running }) {
  const errors = useComputed(() => running.errors.value);
  const tabs: readonly { pane: Pane; icon: IconName; label: string }[] = [
    { pane: 'files', icon: 'folder', label: t('Files') },
    { pane: 'code', icon: 'code', label: t('Code') },
    { pane: 'preview', icon: 'eye', label: t('Preview') },
    { pane: 'console', icon: 'terminal', label: t('Console') },
  ];
  return (
    <nav class="pane-tabs" aria-label={t('Parts of the editor')}>
      {tabs.map((tab) => (
        <button key={tab.pane} type="button" aria-current={tab.pane === pane.value ? 'true' : undefined} onClick={() => (pane.value = tab.pane)}>
          <Icon name={tab.icon} />
          {tab.label}
          {tab.pane === 'console' && errors.value > 0 && <span class="tab-count">{errors.value}</span>}
        </button>
      ))}
    </nav>
  );
}

/** The keys that hold in the whole editor. */
function useKeys(desk: Desk, running: Running, saver: Saver): void {
  // Before the first paint: whoever is quick on the keyboard would otherwise get the browser's own answer.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const mod = event.ctrlKey || event.metaKey;
      const key = event.key.toLowerCase();
      const run = ((): (() => void) | undefined => {
        if (key === 'f1') return () => (desk.asking.value = { kind: 'shortcuts' });
        if (document.querySelector('dialog[open]')) return undefined;
        if (key === 'f6') return () => { nextPart(desk, event.shiftKey ? -1 : 1); };
        if (event.altKey && !mod && key === 'pagedown') return () => { desk.step(1); };
        if (event.altKey && !mod && key === 'pageup') return () => { desk.step(-1); };
        if (event.altKey && !mod && event.code === 'KeyW') return () => {
          const shown = desk.documents.shown.peek();
          if (shown.kind !== 'nothing') desk.close(shown.path);
        };
        if (!mod || event.altKey) return undefined;
        if (key === 's') return () => void saver.save();
        if (key === 'enter') return () => void running.show();
        if (key === '.') return () => { running.stop(); };
        if (key === 'p' && !event.shiftKey) return () => (desk.asking.value = { kind: 'quick-open' });
        if (key === 'f' && event.shiftKey) return () => (desk.asking.value = { kind: 'find-in-files' });
        return undefined;
      })();
      if (!run) return;
      event.preventDefault();
      event.stopPropagation();
      run();
    };
    addEventListener('keydown', onKey, true);
    return () => {
      removeEventListener('keydown', onKey, true);
    };
  }, [desk, running, saver]);
}

/** Puts the keyboard into the next part of the editor. */
function nextPart(desk: Desk, by: number): void {
  const parts: readonly { pane: Pane; selector: string }[] = [
    { pane: 'files', selector: '.editor-files .tree' },
    { pane: 'code', selector: '.editor-code button, .editor-code [tabindex="0"]' },
    { pane: 'preview', selector: '.preview-part button, .preview-part select' },
    { pane: 'console', selector: '.console-part button' },
  ];
  const classes = ['.editor-files', '.editor-code', '.preview-part', '.console-part'];
  const here = classes.findIndex((part) => document.activeElement?.closest(part));
  const next = parts.at((here + by + parts.length) % parts.length);
  if (!next) return;
  desk.pane.value = next.pane;
  if (next.pane === 'files') desk.filesAreOpen.value = true;
  requestAnimationFrame(() => {
    const { view } = desk.documents;
    if (next.pane === 'code' && view && desk.documents.shown.peek().kind === 'text') view.focus();
    else document.querySelector<HTMLElement>(next.selector)?.focus();
  });
}

function runWords(state: Running['state']['value']): string {
  switch (state) {
    case 'stopped':
      return '';
    case 'preparing':
    case 'loading':
    case 'starting':
      return t('Python is starting…');
    case 'running':
      return t('Running');
    case 'done':
      return t('Done');
    case 'failed':
      return t('Ended with an error');
    case 'unresponsive':
      return t('The page does not answer');
  }
}
