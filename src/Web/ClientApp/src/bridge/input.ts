// How a worker waits for a person: it blocks on shared memory, into which the page's thread writes the answer.
import { cut } from './render';
import { longest } from './protocol';

/** The name on the global object under which Python finds its `input`. */
export const hubInput = '__hubInput';

/** Python that is run before a script's own. No function of Python's in between: its frame would be in every traceback. */
export const replaceInput = `import builtins, js\nbuiltins.input = js.${hubInput}\ndel builtins, js\n`;

const answered = 1;
const head = 8;

/** What a worker asks for: a `prompt`, and memory for the answer. */
export interface Question {
  prompt: string;
  memory: SharedArrayBuffer;
}

/** Blocks until the question was answered. */
export function wait(ask: (question: Question) => void, prompt: string): string {
  const memory = new SharedArrayBuffer(head + longest.answer * 3);
  const state = new Int32Array(memory, 0, 2);
  ask({ prompt: cut(prompt, longest.prompt), memory });
  Atomics.wait(state, 0, 0);
  // A copy: TextDecoder takes no shared memory.
  return new TextDecoder().decode(new Uint8Array(memory, head, Atomics.load(state, 1)).slice());
}

/** Answers a question, and wakes who asked it. */
export function answer({ memory }: Question, text: string): void {
  const state = new Int32Array(memory, 0, 2);
  const bytes = new TextEncoder().encode(text.slice(0, longest.answer));
  new Uint8Array(memory, head).set(bytes);
  Atomics.store(state, 1, bytes.length);
  Atomics.store(state, 0, answered);
  Atomics.notify(state, 0);
}
