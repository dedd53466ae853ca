import { useEffect, useRef } from 'preact/hooks';
import type { Signal } from '@preact/signals';
import { ConsoleView } from './console-view.ts';
import { Preview } from './preview.ts';
import type { PreviewState, ProjectFile, SourcePlace } from './types.ts';

interface Props {
  /** The address that runs, or null; a new object runs it anew. */
  run: Signal<{ url: string } | null>;
  state: Signal<PreviewState>;
  title: string;
  files: () => ProjectFile[];
  openPlace: (place: SourcePlace) => void;
}

/** Preview and console, one above the other. */
export function PreviewPanel({ run, state, title, files, openPlace }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const lines = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!frame.current || !lines.current) return;
    const view = new ConsoleView(lines.current, { openPlace, answer: (text) => { preview.answerInput(text); } });
    const preview = new Preview(frame.current, {
      title,
      files,
      onLine: (line) => { view.add(line); },
      onState: (next) => { state.value = next; },
      onProblem: () => undefined,
      onInputRequest: (prompt) => { view.askInput(prompt); },
    });
    const unsubscribe = run.subscribe((next) => {
      if (!next) {
        preview.stop();
        return;
      }
      view.clear();
      preview.run(next.url);
    });
    return () => {
      unsubscribe();
      preview.stop();
    };
  }, []);
  return (
    <>
      <div class="editor-frame" ref={frame} />
      <div class="editor-console" ref={lines} />
    </>
  );
}
