import { isBoolean, isNumber, remembered } from './remembered.ts';

/** How somebody likes the editor, in this browser. */
export const settings = {
  wrap: remembered('editor:wrap', true, isBoolean),
  /** Of the code, in pixels. */
  fontSize: remembered('editor:font-size', 15, (value): value is number => isNumber(value) && value >= 10 && value <= 32),
  autoRun: remembered('editor:auto-run', false, isBoolean),
  interpreter: remembered('editor:interpreter', '', (value): value is '' | 'pyodide' | 'micropython' => value === '' || value === 'pyodide' || value === 'micropython'),
  /** Width of the list of files, in pixels. */
  filesWidth: remembered('editor:files-width', 232, (value): value is number => isNumber(value) && value >= 140 && value <= 600),
  /** Part of the rest that the preview has. */
  previewPart: remembered('editor:preview-part', 0.44, (value): value is number => isNumber(value) && value >= 0.15 && value <= 0.85),
  /** Part of the preview's column that the console has. */
  consolePart: remembered('editor:console-part', 0.32, (value): value is number => isNumber(value) && value >= 0.1 && value <= 0.9),
};
