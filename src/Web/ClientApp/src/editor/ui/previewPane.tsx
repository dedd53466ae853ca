import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../texts.ts';
import { Icon } from './icons.tsx';
import type { Running } from './running.ts';
import { isInterpreter, settings } from './settings.ts';
import { Splitter } from './splitter.tsx';

/** The running project and what it writes. */
export function PreviewPane({ running }: { running: Running }) {
  const frame = useRef<HTMLDivElement>(null);
  const lines = useRef<HTMLDivElement>(null);
  const column = useRef<HTMLElement>(null);
  useEffect(() => (frame.current && lines.current ? running.attach(frame.current, lines.current) : undefined), [running]);
  const state = running.state.value;
  return (
    <section class="editor-preview" data-state={state} aria-label={t('Preview and console')} ref={column} style={{ '--console-part': String(settings.consolePart.value) }}>
      <div class="preview-part">
        <div class="pane-bar">
          <h2>{t('Preview')}</h2>
          {running.pages.value.length > 1 && (
            <select class="small-select" aria-label={t('Page')} value={running.page.value ?? ''} onChange={(event) => {
                running.page.value = event.currentTarget.value || null;
                if (running.isOn.peek()) void running.start();
              }}>
              <option value="">{t('Start page')}</option>
              {running.pages.value.map((page) => <option key={page} value={page}>{page}</option>)}
            </select>
          )}
          <InterpreterChoice running={running} />
          {running.canPopOut.value && (
            <button class="tool" type="button" aria-label={t('Open in a tab of its own')} title={t('Open in a tab of its own')} onClick={() => void running.popOut()}>
              <Icon name="full" />
            </button>
          )}
        </div>
        <div class="run-frame">
          <div class="preview-host" ref={frame} hidden={state === 'stopped' || state === 'preparing'} />
          {state === 'stopped' && (
            <div class="preview-note">
              <button class="button primary large" type="button" onClick={() => void running.show()}><Icon name="play" />{t('Run')}</button>
              <p class="soft small">{t('Ctrl+Enter runs it from the code.')}</p>
            </div>
          )}
          {(state === 'preparing' || state === 'loading' || state === 'starting') && (
            <p class="preview-sign"><span class="run-spinner" />{state === 'preparing' ? t('Saving…') : running.detail.value || t('Python is starting…')}</p>
          )}
          {state === 'unresponsive' && (
            <div class="preview-sign bad">
              <span>{t('The page does not answer: perhaps a loop without end.')}</span>
              <button class="button danger" type="button" onClick={() => { running.stop(); }}><Icon name="stop" />{t('Stop')}</button>
            </div>
          )}
        </div>
      </div>
      <Splitter
        label={t('Height of the console')} axis="y" value={settings.consolePart} min={0.1} max={0.9} step={0.04} isReversed
        of={(event, bounds) => (bounds.bottom - event.clientY) / bounds.height}
      />
      <div class="console-part">
        <div class="console-host" ref={lines} />
      </div>
    </section>
  );
}

/** In which interpreter the project runs. */
export function InterpreterChoice({ running }: { running: Running }) {
  return (
    <select
      class="small-select interpreter" aria-label={t('Interpreter')} value={running.interpreter.value}
      onChange={(event) => {
        const { value } = event.currentTarget;
        running.interpreter.value = isInterpreter(value) ? value : '';
        if (running.isOn.peek()) void running.start();
      }}
    >
      <option value="">{t('As the page says')}</option>
      <option value="pyodide">Pyodide</option>
      <option value="micropython">MicroPython</option>
    </select>
  );
}
