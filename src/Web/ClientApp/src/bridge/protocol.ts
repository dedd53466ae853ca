// What the bridge in a project's page and the preview on the hub's page say to each other. The page is not trusted: the hub
// checks every message (editor/preview/messages.ts), and shows what is in it as text alone.

export type Level = 'log' | 'info' | 'warn' | 'error';

export type Thread = 'main' | 'worker';

/** What the bridge has to say itself: the hub has the words for it, in the person's language. `text` is what it is about. */
export type Note = 'dialogs-answered' | 'dialog-not-shown' | 'prompt-not-shown' | 'input-cannot-wait';

export interface Line {
  level: Level;
  text: string;
  /** How often it came in a row. */
  count: number;
  /** Milliseconds since 1970. */
  time: number;
  from: Thread;
  /** The script that was running, by the id of a `source` message. */
  source?: number;
  /** An error that nobody caught: what ran has ended with it. */
  uncaught?: true;
  note?: Note;
}

/** A script that runs: its file, or its text. */
export interface Source {
  id: number;
  /** Absolute address of the file. */
  address?: string;
  /** The text, as it stands in the page or was fetched. */
  text?: string;
  /** Absolute address of the page. */
  page: string;
}

export type Phase = 'starting' | 'running' | 'done';

/** From the page, through the port. */
export type PageMessage =
  /** `dropped` lines are missing before these. */
  | { kind: 'lines'; lines: Line[]; dropped: number }
  | { kind: 'source'; source: Source }
  | { kind: 'phase'; phase: Phase; detail?: string }
  | { kind: 'input'; prompt: string }
  | { kind: 'pong' };

/** From the hub, through the port. */
export type HubMessage = { kind: 'ping' } | { kind: 'answer'; text: string };

/** By the window: the page says that it is there, the hub answers with a port. */
export const hello = 'pyscript-hub:hello';
export const portFor = 'pyscript-hub:port';

/** Longest line, longest source, longest prompt, in UTF-16 units. */
export const longest = { line: 10_000, source: 400_000, prompt: 1_000, answer: 16_000 } as const;
