/** A line of a file of the project; lines and columns count from 1. */
export interface SourcePlace {
  file: string;
  line: number;
  column?: number;
}

/** A line of the console. `places` are the parts of the text that name a line of the project. */
export interface ConsoleLine {
  level: 'log' | 'info' | 'warn' | 'error' | 'input';
  text: string;
  /** How often it came in a row. */
  count: number;
  /** Milliseconds since 1970. */
  time: number;
  places: { start: number; end: number; place: SourcePlace }[];
  from: 'main' | 'worker';
}

/**
 * `stopped`: there is no page. `loading`: the page is asked for. `starting`: Python is loaded. `running`, `done`: its scripts
 * run, have ended. `failed`: an error that nobody caught ended one. `unresponsive`: the page does not answer.
 */
export type PreviewState = 'stopped' | 'loading' | 'starting' | 'running' | 'done' | 'failed' | 'unresponsive';

/** A file of the project as it is in the editor; `text` where it is text. */
export interface ProjectFile {
  path: string;
  text?: string;
}

/** An error, and the line of the project that it comes from. */
export interface Problem {
  place: SourcePlace | null;
  message: string;
  /** The error's class, as `NameError`. */
  type: string;
}
