/**
 * The live view where there is no terminal to draw on: one line per change and one at least every half minute, each
 * beginning with its time. With `--json` each line is the document of `status`.
 */
import type {Entry} from '../journal/journal.ts';
import {factWords} from './fact-words.ts';
import type {Output} from './output.ts';
import type {WatchView} from './watch-view.ts';

/** Numbers change all the time; more often than this they would drown the rest. */
const NUMBERS_MS = 5000;
const SILENCE_MS = 30_000;

export class WatchLines {
  readonly #output: Output;
  readonly #document: () => Readonly<Record<string, unknown>>;
  #seen = 0;
  #numbers: string | undefined;
  #cause = '';
  #lastMs = -Infinity;

  /** `document` answers the status as it is now. */
  constructor(output: Output, document: () => Readonly<Record<string, unknown>>) {
    this.#output = output;
    this.#document = document;
  }

  /** Called at every look; prints what is new since the last one. */
  show(view: WatchView, entries: readonly Entry[], now: Date, elapsedMs: number): void {
    const fresh = entries.slice(this.#seen);
    const isDue = elapsedMs - this.#lastMs >= (view.numbers === this.#numbers ? SILENCE_MS : NUMBERS_MS);
    const isNews = fresh.length > 0 || isDue;
    this.#seen = entries.length;
    if (!isNews) return;
    this.#lastMs = elapsedMs;
    this.#numbers = view.numbers;
    if (this.#output.isJson) return this.#output.document(this.#document());
    for (const {at, fact} of fresh) this.#output.data(`${at} ${fact.type} ${factWords(fact)}`);
    this.#line(now, view);
  }

  #line(now: Date, {name, status, isFinal, phase, numbers, why}: WatchView): void {
    const said = why.cause === this.#cause ? '' : ` | ${why.cause}${why.next ? ` | next: ${why.next.command}` : ''}`;
    this.#cause = why.cause;
    this.#output.data(`${now.toISOString()} ${name} ${status}${isFinal ? '' : ` in ${phase}`}${numbers ? ` | ${numbers}` : ''}${said}`);
  }
}
