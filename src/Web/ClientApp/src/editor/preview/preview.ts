import { t } from '../../texts.ts';
import { hello, longest, portFor, type HubMessage, type Line, type Note, type Source } from '../../bridge/protocol.ts';
import { readMessage } from './messages.ts';
import { Places, withoutRunners } from './places.ts';
import type { ConsoleLine, PreviewState, Problem, ProjectFile } from './types.ts';

export interface PreviewOptions {
  onLine(line: ConsoleLine): void;
  onState(state: PreviewState, detail?: string): void;
  onProblem(problem: Problem): void;
  /** What the script that has waited longest asks a person, whom `answerInput` answers; null once nothing waits. */
  onInputRequest(prompt: string | null): void;
  /** The project's files as they run. */
  files(): ProjectFile[];
  /** What the frame is called; the project's name. */
  title?: string;
}

const pingEvery = 1_000;
// A page that has not answered a ping for so long does not rest.
const silence = 2_000;
// A page without the bridge is a page all the same: its console is not heard.
const bridgeWithin = 2_000;
// A page may load itself again; one that does so without end is not followed for ever.
const mostLoads = 100;
const mostSources = 200;
// Messages beyond so many a second are not read: the bridge sends fewer.
const mostMessages = 400;
// UTF-16 units of lines and sources that a page may send at once, and a second for as long as it likes: more than its bridge does.
const burst = 6_000_000;
const lasting = 200_000;
// Milliseconds within which the Tab key explains where the focus went.
const tabbing = 300;
// So often a run's pages may take the focus from somebody who writes.
const mostSteals = 5;

const sandbox = 'allow-scripts allow-same-origin allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox allow-pointer-lock allow-downloads';
const allow = 'cross-origin-isolated; fullscreen; autoplay; clipboard-write';

/** Runs the project's draft in a frame of its own, and hears what happens in it. */
export class Preview {
  readonly #host: HTMLElement;
  readonly #options: PreviewOptions;
  #run: Run | null = null;

  constructor(host: HTMLElement, options: PreviewOptions) {
    this.#host = host;
    this.#options = options;
  }

  /** Runs what is at an address of the project's own origin, in a fresh frame; what ran before is gone. */
  run(url: string): void {
    this.#drop();
    const run: Run = new Run(this.#host, url, this.#options, (state, detail) => {
      if (this.#run === run) this.#options.onState(state, detail);
    });
    this.#run = run;
    this.#options.onState('loading');
    run.start();
  }

  /** Drops the frame, whatever its page is doing. */
  stop(): void {
    if (!this.#run) return;
    this.#drop();
    this.#options.onState('stopped');
  }

  /** Answers the script that has waited longest. */
  answerInput(text: string): void {
    this.#run?.answer(text);
  }

  #drop(): void {
    this.#run?.end();
    this.#run = null;
  }
}

/** One frame, from its first load until it is dropped. */
class Run {
  readonly #frame: HTMLIFrameElement;
  readonly #host: HTMLElement;
  readonly #options: PreviewOptions;
  readonly #enter: (state: PreviewState, detail?: string) => void;
  readonly #url: URL;
  readonly #end = new AbortController();
  // The last page's port, by which it is spoken to; what pages before it said last is still heard.
  #port: MessagePort | null = null;
  readonly #ports: MessagePort[] = [];
  #state: PreviewState = 'loading';
  #sources = new Map<number, Source>();
  #files: ProjectFile[] = [];
  #places: Places | null = null;
  #prompts: string[] = [];
  #pinged = 0;
  #isAnswered = true;
  #isGreeted = false;
  #isSilent = false;
  #timer = 0;
  #waiting = 0;
  #second = 0;
  #messages = 0;
  #credit = burst;
  #counted = performance.now();
  #focused: EventTarget | null = document.activeElement;
  #tabbed = -Infinity;
  #steals = 0;

  constructor(host: HTMLElement, url: string, options: PreviewOptions, enter: (state: PreviewState, detail?: string) => void) {
    this.#host = host;
    this.#url = new URL(url);
    this.#options = options;
    this.#enter = enter;
    this.#frame = document.createElement('iframe');
    this.#frame.setAttribute('sandbox', sandbox);
    this.#frame.allow = allow;
    this.#frame.title = options.title ?? t('Preview');
    this.#frame.className = 'preview-page';
  }

  start(): void {
    const { signal } = this.#end;
    addEventListener('message', (event: MessageEvent<unknown>) => {
      // A page of another project, or of nobody's, that got into the frame is not listened to.
      if (event.source === this.#frame.contentWindow && event.origin === this.#url.origin && event.data === hello) this.#connect();
    }, { signal });
    addEventListener('focusin', ({ target }) => { if (target !== this.#frame) this.#focused = target; }, { signal });
    addEventListener('keydown', ({ key, timeStamp }) => { if (key === 'Tab') this.#tabbed = timeStamp; }, { signal, capture: true });
    addEventListener('blur', (event) => { this.#keepKeys(event.timeStamp); }, { signal });
    this.#frame.addEventListener('load', () => { this.#onLoad(); }, { signal });
    this.#timer = window.setInterval(() => { this.#beat(); }, pingEvery);
    this.#frame.src = this.#url.href;
    this.#host.append(this.#frame);
  }

  end(): void {
    this.#end.abort();
    clearInterval(this.#timer);
    clearTimeout(this.#waiting);
    for (const port of this.#ports.splice(0)) port.close();
    this.#port = null;
    this.#frame.remove();
    this.#forgetQuestions();
  }

  answer(text: string): void {
    const prompt = this.#prompts.shift();
    if (prompt === undefined) return;
    const bounded = text.slice(0, longest.answer);
    this.#post({ kind: 'answer', text: bounded });
    this.#options.onLine({ level: 'input', text: prompt + bounded, count: 1, time: Date.now(), places: [], from: 'worker' });
    this.#ask();
  }

  #ask(): void {
    this.#options.onInputRequest(this.#prompts[0] ?? null);
  }

  // A page that is gone, or not spoken to any more, gets no answer.
  #forgetQuestions(): void {
    this.#prompts = [];
    this.#ask();
  }

  #connect(): void {
    if (this.#ports.length === mostLoads) return;
    clearTimeout(this.#waiting);
    this.#isGreeted = true;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#ports.push(port1);
    port1.onmessage = (event: MessageEvent<unknown>) => { this.#read(event); };
    this.#sources = new Map();
    this.#forgetQuestions();
    this.#files = this.#options.files();
    this.#places = null;
    this.#isAnswered = true;
    this.#isSilent = false;
    this.#set('starting');
    this.#frame.contentWindow?.postMessage(portFor, this.#url.origin, [port2]);
  }

  // Each page with a bridge says hello before it is loaded. One without is bytes of no charset, a picture, or a page elsewhere,
  // which the browser does not tell apart from here.
  #onLoad(): void {
    clearTimeout(this.#waiting);
    if (!this.#isGreeted) {
      this.#waiting = window.setTimeout(() => {
        this.#port = null;
        this.#isSilent = false;
        this.#forgetQuestions();
        this.#set('done', t('What the preview shows is not connected to the console.'));
      }, bridgeWithin);
    }
    this.#isGreeted = false;
  }

  #beat(): void {
    if (!this.#port) return;
    const now = performance.now();
    if (this.#isAnswered) {
      this.#isAnswered = false;
      this.#pinged = now;
      this.#post({ kind: 'ping' });
    } else if (now - this.#pinged >= silence - 50 && !this.#isSilent) {
      this.#isSilent = true;
      this.#enter('unresponsive');
    }
  }

  // Who writes goes on writing: a page that takes the focus by itself would get their keys.
  #keepKeys(now: number): void {
    const field = this.#focused;
    if (!(field instanceof HTMLElement) || !field.matches('input, textarea, [contenteditable=true]')) return;
    if (now - this.#tabbed < tabbing || this.#frame.matches(':hover')) return;
    setTimeout(() => {
      if (document.activeElement !== this.#frame || !field.isConnected) return;
      if (++this.#steals > mostSteals) this.#stopThief();
      field.focus();
    });
  }

  // Between a theft and its end keys are lost: who goes on stealing is stopped.
  #stopThief(): void {
    this.#options.onLine({ level: 'warn', text: t('The page took the focus again and again while you wrote; it was stopped.'), count: 1, time: Date.now(), places: [], from: 'main' });
    this.#set('stopped');
    this.end();
  }

  // A bridge keeps its own bounds. A page that does not has taken its place, and could keep this one from answering anybody.
  #affords(units: number): boolean {
    const now = performance.now();
    this.#credit = Math.min(burst, this.#credit + (lasting * (now - this.#counted)) / 1000) - units;
    this.#counted = now;
    if (this.#credit >= 0) return true;
    for (const port of this.#ports.splice(0)) port.close();
    this.#port = null;
    this.#isSilent = false;
    this.#forgetQuestions();
    this.#options.onLine({ level: 'warn', text: t('The page sends more than the console can take; it is not listened to any more.'), count: 1, time: Date.now(), places: [], from: 'main' });
    this.#set('done');
    return false;
  }

  // What is in a message is asked for only when it may be: it costs its length.
  #read(event: MessageEvent<unknown>): void {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#messages = 0;
    }
    if (++this.#messages > mostMessages || this.#credit < 0) return;
    const message = readMessage(event.data);
    switch (message?.kind) {
      case 'lines':
        if (!this.#affords(message.lines.reduce((units, line) => units + line.text.length + 100, 0))) return;
        this.#lines(message.lines, message.dropped);
        break;
      case 'source':
        if (!this.#affords(message.source.text?.length ?? 0)) return;
        if (this.#sources.size < mostSources) this.#sources.set(message.source.id, message.source);
        break;
      case 'phase':
        // An error that ended a script is not outshone by the end of the others.
        if (this.#state === 'failed') break;
        this.#set(message.phase, message.detail);
        break;
      case 'input':
        if (this.#prompts.length >= 100) break;
        this.#prompts.push(message.prompt);
        this.#ask();
        break;
      case 'pong':
        this.#isAnswered = true;
        if (this.#isSilent) {
          this.#isSilent = false;
          this.#enter(this.#state);
        }
    }
  }

  #lines(lines: Line[], dropped: number): void {
    if (dropped > 0) {
      this.#options.onLine({ level: 'warn', text: t('{0} lines are left out: the page prints faster than anyone reads.', dropped), count: 1, time: Date.now(), places: [], from: 'main' });
    }
    for (const line of lines) {
      const text = line.note === undefined ? withoutRunners(line.text) : notes[line.note](line.text);
      const source = line.source === undefined ? undefined : this.#sources.get(line.source);
      const isError = line.level === 'error';
      // Only errors name places worth a search; a flood of prints costs nothing here.
      const looks = isError || text.includes('File "') || text.includes(this.#url.host);
      const places = looks ? this.#placesOf().find(text, source) : [];
      this.#options.onLine({ level: line.level, text, count: line.count, time: line.time, places, from: line.from });
      if (!isError) continue;
      if (line.uncaught === true || text.includes('Traceback (most recent call last)')) {
        const problem = this.#placesOf().problem(text, source);
        this.#options.onProblem(problem);
        if (line.uncaught === true && this.#state !== 'done') this.#set('failed', problem.message);
      }
    }
  }

  // The files as they were when the page was loaded; looked into only where something names a place.
  #placesOf(): Places {
    return (this.#places ??= new Places(this.#files, this.#root()));
  }

  // A run begins at the project's root or at one of its pages.
  #root(): string {
    const { origin, pathname } = this.#url;
    const pages = this.#files.map(({ path }) => path.split('/').map(encodeURIComponent).join('/')).filter((path) => pathname.endsWith(`/${path}`));
    const longestPath = pages.reduce((one, other) => (other.length > one.length ? other : one), '');
    return longestPath === '' ? new URL('./', this.#url).href : origin + pathname.slice(0, -longestPath.length);
  }

  #set(state: PreviewState, detail?: string): void {
    this.#state = state;
    if (!this.#isSilent) this.#enter(state, detail);
  }

  #post(message: HubMessage): void {
    this.#port?.postMessage(message);
  }
}

const notes: Record<Note, (text: string) => string> = {
  'dialogs-answered': () => t('The page opened many dialogs in a row: more are answered without being shown.'),
  'dialog-not-shown': (text) => t('The browser does not show dialogs in a preview: {0}', text),
  'prompt-not-shown': (text) => t('The browser does not ask in a preview while Python runs on the main thread: {0} Add the attribute "worker" to the script, then input() is answered here.', text),
  'input-cannot-wait': (text) => t('input() cannot wait here: the page is not cross-origin isolated, or this browser has no shared memory. {0}', text),
};
