import './console.css';
import { t } from '../../texts.ts';
import { pieces, withoutCodes } from './ansi.ts';
import type { ConsoleLine, SourcePlace } from './types.ts';

export interface ConsoleViewOptions {
  /** A line of the project was chosen. */
  openPlace(place: SourcePlace): void;
  /** What a person typed where a script waits for it. */
  answer(text: string): void;
}

// Older lines are dropped, which is said.
const mostLines = 2_000;
// More in one frame would be felt while typing.
const perFrame = 150;
// Milliseconds between two announcements to those who hear the page.
const announceEvery = 3_000;

interface Shown {
  line: ConsoleLine;
  item: HTMLLIElement;
  count: HTMLSpanElement | null;
}

/** What a run printed: lines as text, with links into the code, and a field where a script waits for input. */
export class ConsoleView {
  readonly #options: ConsoleViewOptions;
  readonly #list = element('ol', 'console-lines');
  readonly #dropped = element('p', 'console-dropped');
  readonly #scroll = element('div', 'console-scroll');
  readonly #said = element('p', 'visually-hidden');
  readonly #form = element('form', 'console-input');
  readonly #label = element('label', 'console-prompt');
  readonly #field = element('input', '');
  readonly #root: HTMLElement;
  #shown: Shown[] = [];
  #waiting: ConsoleLine[] = [];
  #frame = 0;
  #lost = 0;
  #question: string | null = null;
  #unheard = 0;
  #hearing = 0;

  constructor(host: HTMLElement, options: ConsoleViewOptions) {
    this.#options = options;
    this.#root = element('section', 'console');
    this.#root.setAttribute('aria-label', t('Console'));
    this.#list.setAttribute('role', 'list');
    // Scrolled by keyboard; what comes in is announced in few words, since a script may print without end.
    this.#scroll.tabIndex = 0;
    this.#scroll.setAttribute('role', 'region');
    this.#scroll.setAttribute('aria-label', t('Output'));
    this.#said.setAttribute('role', 'status');
    this.#dropped.hidden = true;
    this.#scroll.append(this.#dropped, this.#list, this.#form);
    this.#askForm();
    this.#root.append(this.#bar(), this.#scroll, this.#said);
    host.append(this.#root);
  }

  /** Adds a line, shown with the next frame. */
  add(line: ConsoleLine): void {
    const last = this.#waiting.at(-1) ?? this.#shown.at(-1)?.line;
    if (last && isSame(last, line)) {
      last.count += line.count;
      last.time = line.time;
    } else {
      this.#waiting.push({ ...line });
      if (this.#waiting.length > mostLines) {
        this.#waiting.shift();
        this.#lost += 1;
      }
    }
    this.#unheard += line.count;
    this.#later();
  }

  /** Takes the lines away. A question stays: a script waits for its answer. */
  clear(): void {
    this.#shown = [];
    this.#waiting = [];
    this.#lost = 0;
    this.#unheard = 0;
    this.#list.replaceChildren();
    this.#dropped.hidden = true;
    this.#said.textContent = '';
  }

  /** Asks a person for a line of text, in place of what was asked before; asks nothing more for null. */
  showQuestion(prompt: string | null): void {
    this.#question = prompt;
    // After the lines that came before it.
    this.#later();
  }

  /** Every line that is there, as text. */
  get text(): string {
    this.#render(mostLines);
    return this.#shown.map(({ line }) => withoutCodes(line.text) + (line.count > 1 ? ` (× ${line.count})` : '')).join('\n');
  }

  #bar(): HTMLElement {
    const bar = element('div', 'console-bar');
    const title = element('h2', 'console-title');
    title.textContent = t('Console');
    const filter = element('select', 'console-filter');
    filter.setAttribute('aria-label', t('What is shown'));
    for (const [value, text] of [['all', t('Everything')], ['warn', t('Warnings and errors')], ['error', t('Errors')]] as const) {
      const option = element('option', '');
      option.value = value;
      option.textContent = text;
      filter.append(option);
    }
    filter.addEventListener('change', () => {
      this.#list.dataset['show'] = filter.value;
      this.#scroll.scrollTop = this.#scroll.scrollHeight;
    });
    const copy = button(t('Copy all'), () => {
      void navigator.clipboard.writeText(this.text).then(
        () => { this.#say(t('Copied')); },
        () => { this.#say(t('The browser does not let the hub copy.')); },
      );
    });
    const clear = button(t('Clear'), () => {
      this.clear();
      this.#scroll.focus();
    });
    bar.append(title, filter, copy, clear);
    return bar;
  }

  #askForm(): void {
    this.#form.hidden = true;
    this.#field.id = `console-input-${Math.random().toString(36).slice(2)}`;
    this.#field.autocomplete = 'off';
    this.#field.setAttribute('autocapitalize', 'off');
    this.#field.spellcheck = false;
    this.#label.htmlFor = this.#field.id;
    const send = element('button', 'button primary');
    send.type = 'submit';
    send.textContent = t('Send');
    this.#form.append(this.#label, this.#field, send);
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (this.#question === null) return;
      const text = this.#field.value;
      this.#field.value = '';
      this.#options.answer(text);
    });
  }

  #renderQuestion(): void {
    const prompt = this.#question;
    const wasHidden = this.#form.hidden;
    this.#form.hidden = prompt === null;
    if (prompt === null) return;
    const asked = withoutCodes(prompt).trim();
    // Whose words these are is said: a page may ask for what only the hub should.
    this.#label.textContent = asked === '' ? t('The project waits for input') : t('The project asks: {0}', asked);
    if (!wasHidden) return;
    this.#say(this.#label.textContent);
    this.#form.scrollIntoView({ block: 'nearest' });
    // Whoever is typing code is not torn away from it.
    const active = document.activeElement;
    if (active === null || active === document.body || this.#root.contains(active) || active instanceof HTMLIFrameElement || active instanceof HTMLButtonElement) this.#field.focus();
  }

  // A hidden tab has no frames: lines wait there, bounded.
  #later(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#render();
    });
  }

  #render(most = perFrame): void {
    const isAtEnd = this.#scroll.scrollHeight - this.#scroll.scrollTop - this.#scroll.clientHeight < 24;
    const last = this.#shown.at(-1);
    if (last) showCount(last);
    const fresh = this.#waiting.splice(0, most).map((line) => this.#show(line));
    this.#list.append(...fresh.map(({ item }) => item));
    this.#shown.push(...fresh);
    const surplus = this.#shown.splice(0, Math.max(0, this.#shown.length - mostLines));
    for (const { item } of surplus) item.remove();
    this.#lost += surplus.length;
    if (this.#lost > 0) {
      this.#dropped.hidden = false;
      this.#dropped.textContent = t('{0} earlier lines are not kept.', this.#lost);
    }
    if (this.#waiting.length > 0) this.#later();
    this.#renderQuestion();
    if (isAtEnd) this.#scroll.scrollTop = this.#scroll.scrollHeight;
    this.#announce();
  }

  #show(line: ConsoleLine): Shown {
    const item = element('li', `console-line console-${line.level}`);
    const text = element('code', 'console-text');
    if (line.level === 'error' || line.level === 'warn') {
      const level = element('span', 'visually-hidden');
      level.textContent = line.level === 'error' ? t('Error:') : t('Warning:');
      item.append(level);
    }
    for (const piece of pieces(line.text)) text.append(...this.#parts(piece.text, piece.start, line).map((part) => {
      part.classList.add(...piece.classes);
      return part;
    }));
    item.append(text);
    if (line.from === 'worker' && line.level !== 'input') {
      const from = element('span', 'console-from');
      from.textContent = t('worker');
      item.append(from);
    }
    const shown: Shown = { line, item, count: null };
    showCount(shown);
    return shown;
  }

  // A piece of a line, with its links into the code as buttons.
  #parts(text: string, start: number, line: ConsoleLine): HTMLElement[] {
    const parts: HTMLElement[] = [];
    let at = start;
    const plain = (end: number) => {
      if (end <= at) return;
      const span = element('span', '');
      span.textContent = line.text.slice(at, end);
      parts.push(span);
      at = end;
    };
    for (const { start: from, end, place } of line.places) {
      if (from < at || end > start + text.length) continue;
      plain(from);
      const link = button(line.text.slice(from, end), () => { this.#options.openPlace(place); });
      link.className = 'console-place';
      link.title = t('Open {0}, line {1}', place.file, place.line);
      parts.push(link);
      at = end;
    }
    plain(start + text.length);
    return parts;
  }

  #announce(): void {
    if (this.#unheard === 0 || this.#hearing !== 0) return;
    const say = () => {
      this.#hearing = 0;
      const count = this.#unheard;
      this.#unheard = 0;
      const last = this.#shown.at(-1)?.line;
      if (count === 0 || !last) return;
      const text = withoutCodes(last.text).trim().split('\n').at(-1)?.slice(0, 200) ?? '';
      this.#say(count === 1 ? text : t('{0} new lines, the last: {1}', count, text));
      this.#hearing = window.setTimeout(say, announceEvery);
    };
    this.#hearing = window.setTimeout(say, 300);
  }

  #say(text: string): void {
    this.#said.textContent = text;
  }
}

const isSame = (one: ConsoleLine, other: ConsoleLine): boolean =>
  one.text === other.text && one.level === other.level && one.from === other.from && other.level !== 'input' && one.places.length === other.places.length;

function showCount(shown: Shown): void {
  if (shown.line.count < 2) return;
  if (!shown.count) {
    shown.count = element('span', 'console-count');
    shown.item.append(shown.count);
  }
  const text = `× ${shown.line.count}`;
  if (shown.count.textContent !== text) shown.count.textContent = text;
}

function element<Name extends keyof HTMLElementTagNameMap>(name: Name, classes: string): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  return made;
}

function button(text: string, click: () => void): HTMLButtonElement {
  const made = element('button', 'button quiet');
  made.type = 'button';
  made.textContent = text;
  made.addEventListener('click', click);
  return made;
}
