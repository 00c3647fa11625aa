/**
 * Figures of the operator's own monitoring while the way back is kept: the share of errors, a latency. One that stays above
 * its limit is told, and put on record; where the plan says so beforehand, the way back is taken. A measurement that fails
 * is said and says nothing of the application: what was above the limit before it has to be above it for its whole time again.
 */
import {duration} from '../model/amounts.ts';
import type {PhaseContext} from './phase.ts';

export type WatchedFigure = {
  readonly name: string;
  readonly max: number;
  readonly everyMs: number;
  /** How long it has to be above its limit, each time it is measured. */
  readonly forMs: number;
  readonly onExceeded: 'tell' | 'reverse';
  /** Throws when it could not be measured. */
  measure(signal: AbortSignal): Promise<number>;
};

/** Why the way back is taken. */
export type Exceeded = {
  readonly figure: string;
  readonly value: number;
  readonly max: number;
  readonly forMs: number;
  readonly measured: number;
};

type Watching = Pick<PhaseContext, 'figures' | 'telemetry' | 'record' | 'clock' | 'signal'>;

/** Ends with `wait`, or when a figure has the plan go back. */
export const untilExceeded = async <T>(context: Watching, wait: () => Promise<T>): Promise<T | Exceeded> => {
  const over = new AbortController();
  const signal = AbortSignal.any([context.signal, over.signal]);
  try {
    return await Promise.race([wait(), ...context.figures.map((figure) => watchFigure(figure, context, signal))]);
  } finally {
    over.abort();
  }
};

const watchFigure = async (figure: WatchedFigure, context: Watching, signal: AbortSignal): Promise<Exceeded> => {
  const course = new Course(figure);
  for (;;) {
    const value = await figure.measure(signal).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
    if (signal.aborted) return new Promise<never>(() => {});
    const isMeasured = typeof value === 'number';
    context.telemetry.figure({name: figure.name, max: figure.max, ...(isMeasured ? {value} : {})});
    const {news, exceeded} = isMeasured ? course.measured(value, context.clock.monotonicMs()) : course.unmeasured(value.message);
    if (news !== undefined) context.telemetry.note(news);
    if (exceeded && figure.onExceeded === 'reverse') return exceeded;
    if (exceeded && news !== undefined) await context.record({type: 'note', text: news});
    await context.clock.sleep(figure.everyMs, signal);
  }
};

/** One figure from look to look. `news`: what people have not been told yet. */
class Course {
  readonly #figure: WatchedFigure;
  #above: {readonly sinceMs: number; measured: number} | undefined;
  #told: 'within' | 'above' | 'exceeded' | 'unmeasured' = 'within';

  constructor(figure: WatchedFigure) {
    this.#figure = figure;
  }

  measured(value: number, nowMs: number): {readonly news: string | undefined; readonly exceeded?: Exceeded} {
    const {name, max, forMs} = this.#figure;
    if (value <= max) {
      this.#above = undefined;
      return {news: this.#tell('within', `${name} is ${value}, within its limit ${max} again`)};
    }
    this.#above ??= {sinceMs: nowMs, measured: 0};
    this.#above.measured++;
    if (nowMs - this.#above.sinceMs < forMs) return {news: this.#tell('above', `${name} is ${value}, above its limit ${max}`)};
    const exceeded = {figure: name, value, max, forMs, measured: this.#above.measured};
    return {news: this.#tell('exceeded', exceededWords(exceeded)), exceeded};
  }

  unmeasured(why: string): {readonly news: string | undefined; readonly exceeded?: undefined} {
    this.#above = undefined;
    return {news: this.#tell('unmeasured', `${this.#figure.name} could not be measured, so nothing is decided by it: ${why}`)};
  }

  #tell(what: 'within' | 'above' | 'exceeded' | 'unmeasured', words: string): string | undefined {
    const isNews = this.#told !== what;
    this.#told = what;
    return isNews ? words : undefined;
  }
}

export const exceededWords = ({figure, value, max, forMs, measured}: Exceeded): string =>
  `${figure} is ${value}, above its limit ${max} for ${duration(forMs)} (${measured} measurements)`;
