import { t } from '../../texts.ts';

export interface SourcePlace {
  file: string;
  line: number;
  column?: number;
}

export interface ConsoleLine {
  level: 'log' | 'info' | 'warn' | 'error' | 'input';
  text: string;
  count: number;
  time: number;
  places: { start: number; end: number; place: SourcePlace }[];
  from: 'main' | 'worker';
}

export type PreviewState = 'stopped' | 'loading' | 'starting' | 'running' | 'done' | 'failed' | 'unresponsive';

interface PreviewOptions {
  onLine(line: ConsoleLine): void;
  onState(state: PreviewState, detail?: string): void;
  onProblem(problem: { place: SourcePlace | null; message: string; type: string }): void;
  onInputRequest(prompt: string): void;
  files(): { path: string; text?: string }[];
}

/** The running draft in a frame: without a bridge all that is known of it is that its page is loaded. */
export class Preview {
  readonly #host: HTMLElement;
  readonly #options: PreviewOptions;
  #frame: HTMLIFrameElement | null = null;
  #state: PreviewState = 'stopped';

  constructor(host: HTMLElement, options: PreviewOptions) {
    this.#host = host;
    this.#options = options;
  }

  get state(): PreviewState {
    return this.#state;
  }

  run(url: string): void {
    this.#frame?.remove();
    const frame = document.createElement('iframe');
    frame.title = t('The running project');
    frame.allow = 'cross-origin-isolated; fullscreen; autoplay; clipboard-write';
    frame.sandbox.add(
      'allow-scripts', 'allow-same-origin', 'allow-forms', 'allow-modals', 'allow-popups', 'allow-popups-to-escape-sandbox', 'allow-pointer-lock', 'allow-downloads',
    );
    frame.addEventListener('load', () => {
      if (this.#frame === frame) this.#set('running');
    });
    frame.src = url;
    this.#frame = frame;
    this.#set('loading');
    this.#host.append(frame);
  }

  stop(): void {
    this.#frame?.remove();
    this.#frame = null;
    this.#set('stopped');
  }

  answerInput(text: string): void {
    this.#options.onLine({ level: 'input', text, count: 1, time: Date.now(), places: [], from: 'main' });
  }

  #set(state: PreviewState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}

/** The lines that the running page wrote. */
export class ConsoleView {
  readonly #list: HTMLOListElement;
  readonly #options: { openPlace(place: SourcePlace): void; answer(text: string): void };

  constructor(host: HTMLElement, options: { openPlace(place: SourcePlace): void; answer(text: string): void }) {
    this.#options = options;
    this.#list = document.createElement('ol');
    host.append(this.#list);
  }

  add(line: ConsoleLine): void {
    const item = document.createElement('li');
    item.textContent = line.text;
    const [first] = line.places;
    if (first) {
      item.addEventListener('click', () => {
        this.#options.openPlace(first.place);
      });
    }
    this.#list.append(item);
  }

  clear(): void {
    this.#list.replaceChildren();
  }

  askInput(prompt: string): void {
    this.add({ level: 'input', text: prompt, count: 1, time: Date.now(), places: [], from: 'main' });
  }
}
