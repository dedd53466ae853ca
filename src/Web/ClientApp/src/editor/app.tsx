import { useSignal } from '@preact/signals';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../texts.ts';
import type { HubApi } from './api.ts';
import type { Boot } from './boot.ts';
import { languageOf, stateOf } from './code.ts';
import type { Copies } from './copies.ts';
import type { LeftBehind } from './drafts.ts';
import type { Runs } from './runs.ts';
import type { Saver } from './saver.ts';
import { SaveNotices } from './saving/saveNotices.tsx';
import { SaveStatus } from './saving/saveStatus.tsx';
import { StateEffect } from '@codemirror/state';
import type { Workspace } from './workspace.ts';

interface Props {
  boot: Boot;
  api: HubApi;
  workspace: Workspace;
  saver: Saver;
  runs: Runs;
  copies: Copies;
  left: LeftBehind | null;
}

/** The whole editor: files, code and the running project side by side. */
export function App({ boot, workspace, saver, runs, copies, left }: Props) {
  const open = useSignal(boot.project.startPage ?? workspace.paths.peek()[0]);
  const frame = useSignal<string | null>(null);
  const run = async () => {
    const address = await runs.prepareRun();
    if (address.ok) frame.value = `${address.value}?run=${Math.random()}`;
  };
  return (
    <div class="editor">
      <header class="editor-bar">
        <a href={boot.project.url}>{boot.project.name}</a>
        <SaveStatus saver={saver} />
        <button class="button primary" type="button" onClick={() => void run()}>
          {t('Run')}
        </button>
      </header>
      <SaveNotices saver={saver} copies={copies} runs={runs} left={left} />
      <nav class="editor-files" aria-label={t('Files')}>
        {workspace.paths.value.map((path) => (
          <button key={path} type="button" aria-current={path === open.value ? 'true' : undefined} onClick={() => (open.value = path)}>
            {path}
          </button>
        ))}
      </nav>
      {open.value !== undefined && <Code key={open.value} path={open.value} workspace={workspace} />}
      <section class="editor-preview" aria-label={t('Preview')}>
        {frame.value && <iframe key={frame.value} src={frame.value} title={boot.project.name} allow="cross-origin-isolated" />}
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
