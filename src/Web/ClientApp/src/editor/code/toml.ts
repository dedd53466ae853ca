import { StreamLanguage } from '@codemirror/language';
import { linter, type Diagnostic } from '@codemirror/lint';
import { toml as mode } from '@codemirror/legacy-modes/mode/toml';
import type { Extension } from '@codemirror/state';
import { parse, TomlError } from 'smol-toml';

export const tomlLanguage = StreamLanguage.define(mode);

/** TOML with its mistakes marked. */
export const toml = (): Extension => [
  tomlLanguage,
  linter((view): Diagnostic[] => {
    try {
      parse(view.state.doc.toString());
      return [];
    } catch (error) {
      if (!(error instanceof TomlError)) throw error;
      const line = view.state.doc.line(Math.min(error.line, view.state.doc.lines));
      const from = Math.min(line.from + Math.max(0, error.column - 1), line.to);
      // The message goes on with a drawing of the place, which the mark shows already.
      return [{ from, to: line.to, severity: 'error', message: error.message.split('\n', 1)[0] ?? '' }];
    }
  }),
];
