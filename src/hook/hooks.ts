/**
 * The hooks of one run, called beside it in order, one at a time; what comes before a cutover or before the way back is
 * asked at once and answered. Made by the command that runs, for as long as its runner lives.
 */
import type {Entry, Journal, JournalFact} from '../journal/journal.ts';
import {runState, type RunState} from '../journal/run-state.ts';
import type {Clock} from '../model/effects.ts';
import {type AnnouncementTexts, type HookEvent, hookName, type HookRule, type VetoEvent} from '../model/hook.ts';
import {callHook} from './call-hook.ts';
import type {HookCall, HookFacts, HookServices} from './hook.ts';
import {deliveryOf, type Due, Outbox} from './outbox.ts';
import {type Stopped, StoppedNews} from './stopped.ts';
import {textOf, type Words} from './texts.ts';
import {errorText} from '../model/errors.ts';

/** How long a moment may lie untold. */
const LOOK_MS = 500;

export type HooksOptions = {
  readonly journal: Journal;
  readonly rules: readonly HookRule[];
  readonly texts: AnnouncementTexts;
  readonly words: Words;
  readonly services: Omit<HookServices, 'sleep'>;
  readonly clock: Clock;
  /** The run's numbers in one line, for `status`. */
  readonly status: () => string;
  /** Throttles of the plan that stop the work now. */
  readonly stopped: () => readonly Stopped[];
  readonly warn: (text: string) => void;
};

/** As `phase.ts` has it. */
export type Asked = {
  readonly hooks: readonly {readonly hook: string; readonly delivery: string; readonly says: string}[];
  readonly veto?: string;
};

export class Hooks {
  readonly #options: HooksOptions;
  readonly #entries: Entry[] = [];
  readonly #outbox: Outbox;
  readonly #over = new AbortController();
  readonly #services: HookServices;
  readonly #nextStatusMs = new Map<HookRule, number>();
  readonly #stoppedNews = new StoppedNews();
  #working: Promise<void> = Promise.resolve();

  constructor(options: HooksOptions) {
    this.#options = options;
    // Whoever leaves tries the rest without waiting.
    this.#services = {...options.services, sleep: (ms) => options.clock.sleep(ms, this.#over.signal)};
    this.#outbox = new Outbox(options.journal.migration, (seq) => this.#stateAt(seq).isFinal);
  }

  start(): void {
    if (this.#options.rules.length > 0) this.#working = this.#work();
  }

  /** Tells what is still to be told, and stops. Never rejects: what could not be told is told by the next runner. */
  async close(): Promise<void> {
    this.#over.abort();
    await this.#working;
  }

  /** `moment` names the attempt: an attempt whose runner died is called off, and the next one is a question of its own. */
  async ask(event: VetoEvent, moment: string): Promise<Asked> {
    const {rules, clock, journal} = this.#options;
    const hooks: {hook: string; delivery: string; says: string}[] = [];
    const state = runState(await journal.entries());
    for (const rule of rules.filter(({on}) => on.includes(event))) {
      const delivery = deliveryOf(journal.migration, `${event} ${moment}`, rule);
      const call = this.#callOf({event, delivery, at: clock.now().toISOString(), facts: {}}, state);
      const {ok, says} = await this.#call(rule, call);
      hooks.push({hook: hookName(rule), delivery, says});
      if (!ok) return {hooks, veto: `the hook ${hookName(rule)} refused ${event}: ${says}`};
    }
    return {hooks};
  }

  async #work(): Promise<void> {
    try {
      while (!this.#over.signal.aborted) {
        await this.#tell();
        await this.#tellStopped();
        await this.#tellStatus();
        await this.#options.clock.sleep(LOOK_MS, this.#over.signal);
      }
      await this.#tell();
    } catch (error) {
      this.#options.warn(`hooks are called no more: ${errorText(error)}`); // the journal cannot be read or written
    }
  }

  async #tell(): Promise<void> {
    const {journal} = this.#options;
    for (;;) {
      const news = await journal.entries(this.#entries.at(-1)?.seq ?? 0);
      for (const entry of news) {
        this.#entries.push(entry);
        this.#outbox.take(entry);
      }
      const [due] = this.#outbox.due;
      if (!due) return;
      await journal.append(await this.#deliver(due));
    }
  }

  async #deliver({seq, at, event, facts, phase, rule, delivery}: Due): Promise<Extract<JournalFact, {type: 'hook'}>> {
    const {ok, says} = await this.#call(rule, this.#callOf({event, delivery, at, facts, phase}, this.#stateAt(seq)));
    const hook = hookName(rule);
    if (!ok) this.#options.warn(`the hook ${hook} was not told of ${event}: ${says}`);
    return {type: 'hook', event, of: seq, hook, delivery, ok, says};
  }

  async #tellStopped(): Promise<void> {
    const {rules, clock, stopped} = this.#options;
    for (const {throttle, words, since} of this.#stoppedNews.of(stopped(), clock.monotonicMs()))
      for (const rule of rules.filter(({on}) => on.includes('throttled')))
        await this.#tellNow(rule, 'throttled', `${throttle} ${since}`, {throttle, reason: words});
  }

  async #tellStatus(): Promise<void> {
    const {rules, clock, status} = this.#options;
    for (const rule of rules.filter(({on}) => on.includes('status'))) {
      const dueMs = this.#nextStatusMs.get(rule) ?? 0;
      if (clock.monotonicMs() < dueMs || this.#entries.length === 0) continue;
      this.#nextStatusMs.set(rule, clock.monotonicMs() + rule.everyMs);
      await this.#tellNow(rule, 'status', clock.now().toISOString(), {status: status()});
    }
  }

  /** Not on record: nobody needs an old one. */
  async #tellNow(rule: HookRule, event: HookEvent, moment: string, facts: HookFacts): Promise<void> {
    const {clock, warn, journal} = this.#options;
    const delivery = deliveryOf(journal.migration, `${event} ${moment}`, rule);
    const call = this.#callOf({event, delivery, at: clock.now().toISOString(), facts}, runState(this.#entries));
    const {ok, says} = await this.#call(rule, call);
    if (!ok) warn(`the hook ${hookName(rule)} was not told of ${event}: ${says}`);
  }

  #call(rule: HookRule, call: HookCall): ReturnType<typeof callHook> {
    return callHook(rule, call, this.#services);
  }

  #stateAt(seq: number): RunState {
    return runState(this.#entries.filter((entry) => entry.seq <= seq));
  }

  #callOf(moment: MomentNow, {plan, phase, openSide, epoch}: RunState): HookCall {
    const {journal, texts, words} = this.#options;
    const at = moment.phase ?? phase;
    return {
      event: moment.event,
      delivery: moment.delivery,
      at: moment.at,
      isDryRun: false,
      migration: {id: journal.migration, name: plan.name, planChecksum: plan.checksum},
      ...{phase: at, openSide, epoch, facts: moment.facts},
      text: textOf(moment.event, moment.facts, at, texts, words),
    };
  }
}

type MomentNow = {
  readonly event: HookEvent;
  readonly delivery: string;
  readonly at: string;
  readonly facts: HookFacts;
  readonly phase?: string | undefined;
};
