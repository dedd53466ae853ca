import { useSignal } from '@preact/signals';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../texts.ts';
import type { HubApi } from './api.ts';
import type { Boot } from './boot.ts';
import { languageOf, stateOf } from './code.ts';
import type { Saver, SaveState } from './saver.ts';
import { StateEffect } from '@codemirror/state';
import { PreviewPanel } from './preview/panel.tsx';
import type { PreviewState } from './preview/index.ts';
import type { Workspace } from './workspace.ts';

interface Props {
  boot: Boot;
  api: HubApi;
  workspace: Workspace;
  saver: Saver;
}

/** The whole editor: files, code and the running project side by side. */
export function App({ boot, api, workspace, saver }: Props) {
  const open = useSignal(boot.project.startPage ?? workspace.paths.peek()[0]);
  const running = useSignal<{ url: string } | null>(null);
  const state = useSignal<PreviewState>('stopped');
  const run = async () => {
    if (!(await saver.save())) return;
    // Lines of tracebacks are looked up in what runs.
    await Promise.all(workspace.paths.peek().filter((path) => /\.(py|html?|toml|json|js)$/i.test(path)).map((path) => workspace.read(path)));
    const grant = await api.grant();
    if (grant.ok) running.value = { url: grant.value.url };
  };
  return (
    <div class="editor">
      <header class="editor-bar">
        <a href={boot.project.url}>{boot.project.name}</a>
        <span role="status">{describe(saver.state.value)}</span>
        <button class="button primary" type="button" onClick={() => void run()}>
          {t('Run')}
        </button>
        <button class="button" type="button" disabled={state.value === 'stopped'} onClick={() => (running.value = null)}>
          {t('Stop')}
        </button>
        <span class="editor-state" data-state={state.value}>{state.value}</span>
      </header>
      <nav class="editor-files" aria-label={t('Files')}>
        {workspace.paths.value.map((path) => (
          <button key={path} type="button" aria-current={path === open.value ? 'true' : undefined} onClick={() => (open.value = path)}>
            {path}
          </button>
        ))}
      </nav>
      {open.value !== undefined && <Code key={open.value} path={open.value} workspace={workspace} />}
      <section class="editor-preview" aria-label={t('Preview')}>
        <PreviewPanel run={running} state={state} title={boot.project.name} files={() => workspace.known()} openPlace={(place) => (open.value = place.file)} />
      </section>
    </div>
  );
}

function Code({ path, workspace }: { path: string; workspace: Workspace }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let view: EditorView | undefined;
    const life = { over: false };
    void (async () => {
      const content = await workspace.read(path);
      if (life.over || !content.ok || content.value.kind !== 'text' || !place.current) return;
      const { lineEnd, text } = content.value;
      const nonce = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce ?? '';
      view = new EditorView({
        parent: place.current,
        state: stateOf(text, { nonce, onChange: (changed) => {
            workspace.write(path, { kind: 'text', text: changed, lineEnd });
          } }),
      });
      const language = await languageOf(path);
      view.dispatch({ effects: StateEffect.appendConfig.of(language) });
    })();
    return () => {
      life.over = true;
      view?.destroy();
    };
  }, [path, workspace]);
  return <div class="editor-code" ref={place} />;
}

function describe(state: SaveState): string {
  switch (state.kind) {
    case 'saved':
      return t('Saved');
    case 'waiting':
      return t('Not saved yet');
    case 'saving':
      return t('Saving');
    case 'failed':
      return t('Not saved');
  }
}
