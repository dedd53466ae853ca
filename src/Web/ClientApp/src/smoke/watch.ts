/** Where the smoke tests of a project stand, as the hub tells it; the members that scripts read. */
export interface SmokeStanding {
  revision: number;
  pyodide: InterpreterStanding;
  micropython: InterpreterStanding;
  /** Why nothing is run for now; null while somebody takes runs. */
  off: string | null;
}

export interface InterpreterStanding {
  state: 'queued' | 'running' | 'done' | null;
  outcome: Outcome | null;
  /** The run that the verdict rests on, or the first that is waited for. */
  run: string | null;
}

export type Outcome = 'passed' | 'failed' | 'timed_out' | 'refused' | 'crashed' | 'not_applicable';

const askEvery = 2_000;
// A stream ends now and then by design, and the browser asks for the next by itself. One that ends again and again tells nothing.
const mostErrors = 2;

/** Tells where the smoke tests stand, now and with each change, until the answer is called. It rests while nobody looks at the page. */
export function watchSmoke(project: string, tell: (standing: SmokeStanding) => void): () => void {
  const address = `/api/v1/projects/${project}`;
  let stream: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = '';
  let errors = 0;
  let isOver = false;

  const hear = (json: string): void => {
    if (isOver || json === last) return;
    last = json;
    tell(JSON.parse(json) as SmokeStanding);
  };
  const rest = (): void => {
    stream?.close();
    stream = null;
    clearTimeout(timer);
  };
  const stop = (): void => {
    isOver = true;
    rest();
    document.removeEventListener('visibilitychange', follow);
  };
  // Where streams do not come through, as behind some proxies.
  const ask = async (): Promise<void> => {
    try {
      const response = await fetch(`${address}/smoke`);
      if (response.ok) hear(await response.text());
      else if (response.status === 404) stop();
    } catch {
      // The hub cannot be reached just now.
    }
    if (!isOver && !document.hidden) timer = setTimeout(() => void ask(), askEvery);
  };
  const listen = (): void => {
    stream = new EventSource(`${address}/smoke-runs/events`);
    stream.onmessage = (event: MessageEvent<string>) => {
      errors = 0;
      hear(event.data);
    };
    stream.onerror = () => {
      if (stream?.readyState !== EventSource.CLOSED && ++errors < mostErrors) return;
      errors = mostErrors;
      rest();
      void ask();
    };
  };
  // A browser has six connections to a host: streams of tabs in the background would use them up.
  function follow(): void {
    rest();
    if (isOver || document.hidden) return;
    if (errors < mostErrors) listen();
    else void ask();
  }
  document.addEventListener('visibilitychange', follow);
  follow();
  return stop;
}

/** Whether something waits or runs. */
export const isPending = (standing: SmokeStanding): boolean =>
  [standing.pyodide, standing.micropython].some(({ state }) => state === 'queued' || state === 'running');
