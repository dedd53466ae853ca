import type { Question } from './input';
import type { Line } from './protocol';

/** From a worker to its page, through the port that it was given. */
export type WorkerMessage =
  | { kind: 'lines'; lines: Line[]; dropped: number }
  /** The Python that the worker is about to run. */
  | { kind: 'code'; text: string }
  | { kind: 'question'; question: Question }
  /** A worker of the worker's own. */
  | { kind: 'worker'; port: MessagePort };

/** The first message of a worker: its port. No script of the page sees it. */
export const workerPort = '__hubBridgePort';

/** Gives a worker one end of a channel, and answers the other. */
export function connect(worker: Worker): MessagePort {
  const { port1, port2 } = new MessageChannel();
  worker.postMessage({ [workerPort]: port2 }, [port2]);
  return port1;
}
