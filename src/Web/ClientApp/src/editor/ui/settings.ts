import type { Signal } from '@preact/signals';
import { isBoolean, isNumber, remembered } from './remembered.ts';

/** What a project runs in here; empty for what its page says. */
export type Interpreter = '' | 'pyodide' | 'micropython';

export const isInterpreter = (value: unknown): value is Interpreter => value === '' || value === 'pyodide' || value === 'micropython';

/** What somebody chose for one project: a lesson in MicroPython makes no other one run in it. */
export const interpreterOf = (project: string): Signal<Interpreter> => remembered<Interpreter>(`editor:interpreter:${project}`, '', isInterpreter);

/** How somebody likes the editor, in this browser. */
export const settings = {
  wrap: remembered('editor:wrap', true, isBoolean),
  /** Of the code, in pixels. */
  fontSize: remembered('editor:font-size', 15, (value): value is number => isNumber(value) && value >= 10 && value <= 32),
  autoRun: remembered('editor:auto-run', false, isBoolean),
  /** Width of the list of files, in pixels. */
  filesWidth: remembered('editor:files-width', 232, (value): value is number => isNumber(value) && value >= 140 && value <= 600),
  /** Part of the rest that the preview has. */
  previewPart: remembered('editor:preview-part', 0.44, (value): value is number => isNumber(value) && value >= 0.15 && value <= 0.85),
  /** Part of the preview's column that the console has. */
  consolePart: remembered('editor:console-part', 0.32, (value): value is number => isNumber(value) && value >= 0.1 && value <= 0.9),
};
