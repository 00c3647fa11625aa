/**
 * The loop: ask the workflow where the run stands, ask the gates, run the phase, write the journal, repeat. It serves
 * every workflow and knows no phase by name. State is folded from the journal anew each time, never remembered.
 */
import {sameVerdicts} from '../journal/evidence.ts';
import type {JournalFact, Verdict} from '../journal/journal.ts';
import {runState, type RunState} from '../journal/run-state.ts';
import {journaledSteps} from '../journal/steps.ts';
import {errorText, isCoded, TerminalError} from '../model/errors.ts';
import {directionFrom} from '../model/side.ts';
import type {PhaseContext, PhaseOutcome} from '../phase/phase.ts';
import type {Named} from '../plan/plan.ts';
import {gatesBefore} from '../plan/plan-gates.ts';
import type {WorkflowEvent} from '../workflow/workflow.ts';
import {askGates, type GateAnswers} from './ask-gates.ts';
import {gateMeasures} from './gate-measures.ts';
import type {RunnerOptions} from './runner-options.ts';
import {undoPhase} from './undo-phase.ts';

/** Between two looks at gates that are red. */
const GATE_LOOK_MS = 500;
const NEVER = new AbortController().signal;

export type RunEnd = {readonly status: 'completed' | 'aborted' | 'paused'; readonly phase: string};

export class Runner {
  readonly #options: RunnerOptions;
  readonly #answers: GateAnswers = new Map();

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /** Runs to the end of the workflow, or to the next safe point once an interruption asks for it. */
  async run(): Promise<RunEnd> {
    const {epoch} = this.#options.context;
    await this.#record({type: 'runner-started', epoch, holder: this.#options.holder, host: this.#options.host, pid: process.pid});
    try {
      return await this.#loop();
    } catch (error) {
      return await this.#leave(error);
    }
  }

  /** An abort cuts the loop short wherever it is; what was begun is then undone. */
  async #loop(): Promise<RunEnd> {
    try {
      for (;;) {
        const state = await this.#state();
        if (state.isFinal) return {status: state.phase === 'aborted' ? 'aborted' : 'completed', phase: state.phase};
        if (!(await this.#enter(state))) continue;
        await this.#runPhase(await this.#state());
      }
    } catch (error) {
      if (!this.#options.interruption.isAbortAsked) throw error;
      return this.#abort(await this.#state());
    }
  }

  async #state(): Promise<RunState> {
    return runState(await this.#options.journal.entries());
  }

  async #record(fact: JournalFact): Promise<void> {
    await this.#options.journal.append(fact);
    await this.#options.mirror.flush();
  }

  /** Waits until the phase may begin. False: something else has to be looked at first. */
  async #enter(state: RunState): Promise<boolean> {
    const {interruption, whileWaiting} = this.#options;
    await interruption.pausePoint(`before ${state.phase}`);
    if (state.isPhaseOpen) return true;
    const over = new AbortController();
    const beside = whileWaiting?.(state.openSide, over.signal);
    const mayBegin = await this.#mayBegin(state).finally(() => over.abort());
    await beside;
    return mayBegin;
  }

  async #mayBegin(state: RunState): Promise<boolean> {
    const {workflow, context} = this.#options;
    const gates = gatesBefore(context.plan.plan, state.phase, workflow.gates(state.phase));
    const verdicts = await this.#askUntilGreen(state, gates);
    if (!verdicts) return false;
    if (verdicts.length) await this.#record({type: 'gates-passed', phase: state.phase, verdicts});
    if (state.phase === 'cutover' && context.plan.plan.cutover.start === 'manual') return this.#waitForCutover();
    return true;
  }

  /** `undefined` when an abort was asked for meanwhile. */
  async #askUntilGreen(state: RunState, gates: readonly Named[]): Promise<readonly Verdict[] | undefined> {
    const {interruption, context} = this.#options;
    for (let last: readonly Verdict[] = []; ; ) {
      if (gates.length) await this.#keepStreaming(state);
      const {pauses} = interruption;
      const verdicts = await this.#guarded(interruption.pausable(`at the gates of ${state.phase}`, this.#askOnce(state, gates)));
      if (interruption.pauses > pauses) continue;
      const isNews = !sameVerdicts(verdicts, last);
      if (isNews) for (const [place, verdict] of verdicts.entries()) await this.#recordVerdict(state.phase, verdict, place);
      last = verdicts;
      if (verdicts.every((verdict) => verdict.go)) return verdicts;
      const red = verdicts.filter((one) => !one.go);
      if (isNews) context.telemetry.note(`${state.phase} waits: ${red.map((one) => `${one.gate} (${one.evidence})`).join(', ')}`);
      this.#options.onWait?.(state.phase, red);
      await this.#guarded(context.clock.sleep(GATE_LOOK_MS, interruption.signal));
      if (interruption.isAbortAsked) return undefined;
      await interruption.pausePoint(`at the gates of ${state.phase}`);
    }
  }

  #askOnce(state: RunState, gates: readonly Named[]): Promise<Verdict[]> {
    return askGates({
      phase: state.phase,
      gates,
      known: this.#options.gates,
      measures: (gate) => gateMeasures(gate, state, this.#options),
      answers: this.#answers,
      monotonicMs: () => this.#options.context.clock.monotonicMs(),
    });
  }

  async #recordVerdict(phase: string, verdict: Verdict, place: number): Promise<void> {
    const isOfTheMoment = this.#options.gates[verdict.gate]?.isOfTheMoment;
    await this.#record({type: 'gate-verdict', phase, verdict, place, ...(isOfTheMoment ? {isOfTheMoment} : {})});
  }

  /** After a restart at a gate nobody has started the streams yet; a gate that measures the lag needs them. */
  async #keepStreaming(state: RunState): Promise<void> {
    const {context} = this.#options;
    const direction = directionFrom(state.openSide);
    if (!context.replication.link(direction)) await this.#guarded(this.#options.ensureStreams(direction));
  }

  async #waitForCutover(): Promise<boolean> {
    const {context, interruption} = this.#options;
    const {signals} = await this.#state();
    if (signals.some(({signal}) => signal.type === 'cutover')) return true;
    context.telemetry.note('cutover: every gate is green; it starts with crossfade cutover');
    this.#options.onWait?.('cutover', []);
    await this.#guarded(
      interruption.pausable(
        'before the cutover',
        this.#options.signals.next(['cutover', 'abort'], async () => [], interruption.signal),
      ),
    );
    return false; // the gates are asked again: what was green may not be green now
  }

  async #runPhase(state: RunState): Promise<void> {
    const phase = this.#options.phases[state.phase];
    if (!phase)
      throw new TerminalError(`this version has no phase ${state.phase}`, {
        code: 'CF-STATE-001',
        next: 'use the version that started the migration',
      });
    if (!state.isPhaseOpen) await this.#record({type: 'phase-started', phase: state.phase});
    this.#options.context.telemetry.note(`phase ${state.phase}`);
    const cancel = new AbortController();
    const running = phase.run(this.#contextOf(state, cancel.signal));
    const {event, evidence} = await this.#guarded(running).catch((error: unknown) => {
      cancel.abort(error);
      return settled(running, error);
    });
    // Once: when this fails the entry may be on record all the same.
    await this.#record({type: 'phase-ended', phase: state.phase, outcome: event.type, evidence});
  }

  #contextOf(state: RunState, cancel: AbortSignal): PhaseContext {
    const {context, journal, interruption, signals, askHooks} = this.#options;
    const signal = AbortSignal.any([interruption.signal, cancel]);
    return {
      ...context,
      steps: journaledSteps(journal, {phase: state.phase, attempt: state.attempt}),
      ...(askHooks ? {askHooks: (event) => askHooks(event, `${state.phase} ${state.attempt}`)} : {}),
      record: (fact) => this.#record(fact),
      nextSignal: (types, after) => {
        this.#options.onWait?.(state.phase, []);
        return interruption.pausable(
          `in ${state.phase}`,
          signals.next(types, async () => (await this.#state()).signals, signal, after),
        );
      },
      reverseWindowEnd: async () => (await this.#state()).reverseWindow?.until,
      canaryFailure: async () => (await this.#state()).canary?.failure?.reason,
      statements: async () => (await this.#state()).statements,
      isFailoverPaused: async () => (await this.#state()).failoverPaused !== undefined,
      isResumed: state.isPhaseOpen,
      pausePoint: (where) => interruption.pausePoint(where),
      pausable: (where, work) => interruption.pausable(where, work),
      signal,
    };
  }

  /** Whatever is waited for, a stream that failed, a lost lease or an unreadable journal ends the wait. */
  #guarded<T>(work: Promise<T>): Promise<T> {
    const {context, signals, interruption, guardian} = this.#options;
    return Promise.race([
      work,
      guardian.failed,
      context.replication.failed,
      context.source.control.lost(),
      context.target.control.lost(),
      signals.failed,
      interruption.stopped,
    ]);
  }

  /** Undoes every phase that was started, newest first; each undo is idempotent, so a crash in here is repeated. */
  async #abort(state: RunState): Promise<RunEnd> {
    const {workflow, phases, context} = this.#options;
    if (!workflow.accepts(state.phase).includes('abort')) throw tooLate(state.phase);
    context.telemetry.note('abort: removing what the phases left behind');
    await context.replication.close();
    const started = workflow.phases.filter((name) => name === state.phase || (state.attempts[name] ?? 0) > 0);
    const undone = {...this.#contextOf(state, NEVER), signal: NEVER};
    await context.verification.whileStill(async () => {
      for (const name of [...started].reverse()) await undoPhase(phases[name], undone, this.#options.isPassing);
    });
    if (!state.isPhaseOpen) await this.#options.journal.append({type: 'phase-started', phase: state.phase});
    await this.#options.journal.append({
      type: 'phase-ended',
      phase: state.phase,
      outcome: 'abort' satisfies WorkflowEvent['type'],
      evidence: {},
    });
    return {status: 'aborted', phase: 'aborted'};
  }

  /** A pause that was asked for is a good end; everything else is recorded and thrown on. */
  async #leave(error: unknown): Promise<RunEnd> {
    const {interruption, journal, context} = this.#options;
    if (interruption.reason && error === interruption.reason) {
      await journal.append({type: 'runner-stopped', reason: interruption.reason.message});
      return {status: 'paused', phase: (await this.#state()).phase};
    }
    const reason = errorText(error);
    // What becomes of a runner that was replaced is no state of the run any more.
    if ((await this.#state()).epoch > context.epoch)
      await journal.append({type: 'note', text: `the runner of epoch ${context.epoch}, which was replaced, ended: ${reason}`});
    else {
      const {code, next} = isCoded(error) ? error : {code: undefined, next: undefined};
      await journal.append({type: 'failed', code, error: reason, ...(next ? {next} : {})});
    }
    throw error;
  }
}

/** A cancelled phase still takes back what it holds, or carries out what it has decided; that comes first. */
const settled = async (running: Promise<PhaseOutcome>, error: unknown): Promise<PhaseOutcome> => {
  const [late] = await Promise.allSettled([running]);
  if (late.status === 'rejected') throw error;
  return late.value;
};

const tooLate = (phase: string): TerminalError =>
  new TerminalError(`the abort came too late: the run stands in ${phase}, and the cutover is decided`, {
    code: 'CF-VERB-001',
    next: 'crossfade resume, then crossfade reverse',
  });
