import { computed, effect, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { Runs } from '../runs.ts';
import type { Desk } from './desk.ts';
import type { Problem } from './documents.ts';
import { t } from '../../texts.ts';
import { settings, type Interpreter } from './settings.ts';
import { whyNot } from './whyNot.ts';
import { ConsoleView, Preview, type PreviewState } from '../preview/index.ts';

const afterTyping = 1_200;
const mostSources = 100;

/** The project as it runs beside its code: when it is run, of which page, in which interpreter, and what came of it. */
export class Running {
  /** As the preview says it; `preparing` while the files are on their way to the hub. */
  readonly state: Signal<PreviewState | 'preparing'> = signal('stopped');
  readonly detail: Signal<string> = signal('');
  /** Errors since the last run. */
  readonly errors = signal(0);
  /** Every page that can be run. */
  readonly pages: ReadonlySignal<readonly string[]>;
  readonly page: Signal<string | null> = signal(null);
  readonly isOn: ReadonlySignal<boolean>;
  /** In which interpreter; empty for what the page says. */
  readonly interpreter: Signal<Interpreter>;
  readonly #desk: Desk;
  /** Whether what runs can run outside of the editor too: what is not saved has no address of its own. */
  readonly canPopOut: ReadonlySignal<boolean>;
  readonly #runs: Runs;
  #preview: Preview | null = null;
  #console: ConsoleView | null = null;
  #problems: Problem[] = [];
  #run = 0;

  constructor(desk: Desk, runs: Runs, interpreter: Signal<Interpreter>) {
    this.#desk = desk;
    this.interpreter = interpreter;
    this.#runs = runs;
    this.canPopOut = computed(() => !runs.isTrial.value);
    this.pages = computed(() => desk.paths.value.filter((path) => /\.html?$/i.test(path)));
    this.isOn = computed(() => this.state.value !== 'stopped');
    let timer: ReturnType<typeof setTimeout> | undefined;
    let first = true;
    effect(() => {
      const { size } = desk.workspace.changes.value;
      clearTimeout(timer);
      if (!first && size > 0 && settings.autoRun.value) timer = setTimeout(() => void this.start(), afterTyping);
      first = false;
    });
  }

  /** Gives the places in the page for the frame and for what it writes. */
  attach(frame: HTMLElement, lines: HTMLElement): () => void {
    const view = new ConsoleView(lines, {
      openPlace: (place) => {
        this.#desk.open(place.file, place);
      },
      answer: (text) => {
        this.#preview?.answerInput(text);
      },
    });
    this.#console = view;
    this.#preview = new Preview(frame, {
      onLine: (line) => {
        if (line.level === 'error') this.errors.value += line.count;
        view.add(line);
      },
      onState: (state, detail) => {
        this.state.value = state;
        this.detail.value = detail ?? '';
      },
      onProblem: ({ place, message }) => {
        if (!place) return;
        this.#problems = [...this.#problems, { path: place.file, place, message }].slice(-200);
        this.#desk.documents.problems = this.#problems;
      },
      onInputRequest: (prompt) => {
        if (prompt !== null) this.#desk.pane.value = 'console';
        view.showQuestion(prompt);
      },
      files: () => this.#desk.workspace.known(),
      title: this.#desk.project.peek().name,
    });
    return () => this.#preview?.stop();
  }

  /** Runs the project as it is here and now; a run that goes on is dropped. */
  async start(): Promise<void> {
    const run = ++this.#run;
    if (this.state.peek() === 'stopped') this.state.value = 'preparing';
    // Lines of tracebacks are looked up in what runs.
    const { workspace } = this.#desk;
    const sources = workspace.paths.peek().filter((path) => /\.(py|html?|toml|json|js)$/i.test(path)).slice(0, mostSources);
    const [address] = await Promise.all([this.#runs.prepareRun(), ...sources.map((path) => workspace.read(path))] as const);
    if (run !== this.#run) return;
    if (!address.ok) {
      // Also where an earlier attempt, which this one overtook, began to prepare.
      if (this.state.peek() === 'preparing') this.state.value = 'stopped';
      this.#desk.say(whyNot(address.failure), undefined, true);
      return;
    }
    this.#console?.clear();
    this.errors.value = 0;
    this.#problems = [];
    this.#desk.documents.problems = [];
    this.#preview?.run(this.#address(address.value));
  }

  /** Runs it because somebody asked for that: a narrow screen then shows it. */
  async show(): Promise<void> {
    this.#desk.pane.value = 'preview';
    await this.start();
  }

  stop(): void {
    this.#run++;
    this.#preview?.stop();
    this.state.value = 'stopped';
  }

  /** The running page in a tab of its own, which cannot reach back to the editor. */
  async popOut(): Promise<void> {
    const address = await this.#runs.prepareRun();
    if (!address.ok || this.#runs.isTrial.peek()) {
      this.#desk.say(address.ok ? t('What is not saved runs in the editor alone. Settle first what keeps it from being saved.') : whyNot(address.failure), undefined, true);
      return;
    }
    const link = document.createElement('a');
    link.href = this.#address(address.value);
    link.target = '_blank';
    link.rel = 'noopener';
    link.click();
  }

  #address(root: string): string {
    const url = new URL(root);
    const page = this.page.peek();
    if (page !== null && this.pages.peek().includes(page)) url.pathname += (url.pathname.endsWith('/') ? '' : '/') + page.split('/').map(encodeURIComponent).join('/');
    if (this.interpreter.peek() !== '') url.searchParams.set('interpreter', this.interpreter.peek());
    return url.href;
  }
}
