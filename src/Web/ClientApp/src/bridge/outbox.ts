import { later } from './natives';
import { longest, type Line } from './protocol';

// A burst of so many lines goes through whole (the console keeps as many); what comes for ever is thinned to so many a second.
const burst = { lines: 2_000, units: 1_000_000 };
const lasting = { lines: 200, units: 64_000 };
// Milliseconds between two messages of a flood.
const pause = 50;
// So many messages may go at once, so that what a script printed before it began to block is seen.
const prompt = 20;
// Of what is dropped, the last so many lines are kept: they tell where it stands.
const kept = 20;

/**
 * Lines on their way out of a page or a worker, in few messages and bounded, however much is printed. It needs no timer of the
 * thread to send: one that never returns from its loop is heard as well.
 */
export class Outbox {
  readonly #send: (lines: Line[], dropped: number) => void;
  #waiting: Line[] = [];
  #tail: Line[] = [];
  #dropped = 0;
  #credit = { ...burst };
  #messages = prompt;
  #counted = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(send: (lines: Line[], dropped: number) => void) {
    this.#send = send;
  }

  /** Adds a line; answers whether it was taken as a line of its own, and not dropped or counted onto the one before. */
  add(line: Line, droppedBefore = 0): boolean {
    this.#refill();
    this.#dropped += droppedBefore;
    const last = this.#tail.at(-1) ?? this.#waiting.at(-1);
    const isRepeated = last !== undefined && last.text === line.text && last.level === line.level && last.from === line.from && last.note === line.note;
    if (isRepeated) {
      last.count += line.count;
      last.time = line.time;
    } else if (this.#tail.length === 0 && this.#dropped === 0 && this.#credit.lines >= 1 && this.#credit.units >= line.text.length) {
      this.#credit.lines -= 1;
      this.#credit.units -= line.text.length;
      this.#waiting.push(line);
    } else {
      this.#tail.push(line);
      if (this.#tail.length > kept) this.#dropped += this.#tail.shift()?.count ?? 0;
    }
    if (this.#messages >= 1) this.flush();
    else this.#timer ??= later(() => { this.flush(); }, pause);
    return !isRepeated && this.#tail.length === 0;
  }

  /** Sends what waits. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#refill();
    const lines = this.#waiting;
    this.#waiting = [];
    if (lines.length > 0) this.#post(lines, 0);
    // What was dropped is said before what came after it, once a second's worth of room is there again.
    const units = this.#tail.reduce((sum, line) => sum + line.text.length, 0);
    if (this.#tail.length > 0 && this.#credit.lines >= kept && this.#credit.units >= Math.min(units, longest.line)) {
      const tail = this.#tail;
      this.#tail = [];
      this.#credit.lines -= tail.length;
      this.#credit.units -= units;
      const dropped = this.#dropped;
      this.#dropped = 0;
      this.#post(tail, dropped);
    }
    if (this.#tail.length > 0) this.#timer = later(() => { this.flush(); }, pause);
  }

  #post(lines: Line[], dropped: number): void {
    this.#messages -= 1;
    this.#send(lines, dropped);
  }

  #refill(): void {
    const now = performance.now();
    const seconds = Math.max(0, now - this.#counted) / 1000;
    this.#counted = now;
    this.#credit.lines = Math.min(burst.lines, this.#credit.lines + seconds * lasting.lines);
    this.#credit.units = Math.min(burst.units, this.#credit.units + seconds * lasting.units);
    this.#messages = Math.min(prompt, this.#messages + (seconds * 1000) / pause);
  }
}
