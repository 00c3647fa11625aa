/**
 * `crossfade worker`: does a run's work, or stands by while somebody else does it, and takes over when that one is gone. However many
 * there are, on however many machines, one works at a time (docs/decisions/0035). What may be better in a moment is tried again
 * without end; what a person has to settle ends the worker, as it ends `resume`.
 */
import type {JournalStore} from '../journal/journal.ts';
import {runState} from '../journal/run-state.ts';
import {openStateStore} from '../journal/state-store.ts';
import type {Effects} from '../model/effects.ts';
import {requireRole} from './role-guard.ts';
import {type ErrorCode, isCoded, TransientError} from '../model/errors.ts';
import {engines as ENGINES} from '../engine/engines.ts';
import type {PinnedPlan} from '../plan/plan.ts';
import {effectsOf} from '../runner/system-effects.ts';
import type {CommandModule, Invocation} from './command.ts';
import {openSides, refOf, type Sides} from './compose.ts';
import {member} from './compose-member.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {pinnedPlanOf} from './pinned-plan.ts';
import {chooseRun, type Run, runsOf, withRunOption} from './run-choice.ts';
import {runToEnd} from './run-to-end.ts';
import {takeTurns} from './take-turns.ts';

/** Another one was quicker, or has taken over. */
const HELD: ReadonlySet<ErrorCode> = new Set(['CF-LEASE-001', 'CF-LEASE-002']);
/** A server that is away comes back. */
const AWAY: ReadonlySet<ErrorCode> = new Set(['CF-CONN-001', 'CF-CONN-004']);
const NEVER_LEAVES = {leave: false, timeoutMs: undefined};

export const command: CommandModule = {
  configure: (command) => void withRunOption(command).option('--dry-run', 'say who works, and do nothing'),
  run: async (invocation) => {
    const effects = await effectsOf(process.env);
    const store = await openStateStore(invocation.global.state, effects);
    try {
      const run = chooseRun(await runsOf(store), invocation, {finishedToo: false});
      if (invocation.options['dryRun'] !== true) requireRole('worker', run.state, invocation.person);
      const pinned = await pinnedPlanOf(run.state);
      return await (invocation.options['dryRun'] === true ? sayWhoWorks : work)({invocation, effects, store, run, pinned});
    } finally {
      await store.close();
    }
  },
};

type Work = {
  readonly invocation: Invocation;
  readonly effects: Effects;
  readonly store: JournalStore;
  readonly run: Run;
  readonly pinned: PinnedPlan;
};

async function work(worker: Work): Promise<ExitCode> {
  const {invocation, effects, store, run, pinned} = worker;
  const {output, global} = invocation;
  const standby = new Standby(worker);
  const leaving = new Leaving();
  try {
    const end = await takeTurns({
      ended: () => endOf(worker),
      holder: () => standby.holder(),
      work: async () => {
        await standby.close();
        const {journal} = run;
        return runToEnd({store, journal, pinned, effects, output, patience: NEVER_LEAVES, global});
      },
      verdict: (error) => verdictOn(error, pinned),
      clock: effects.clock,
      note: (text) => output.say(text),
      signal: leaving.signal,
    });
    return end ?? leaving.code;
  } finally {
    leaving.forget();
    await standby.close();
  }
}

function verdictOn(error: unknown, {plan}: PinnedPlan): 'stands by' | 'again' | 'ends' {
  if (isCoded(error) && HELD.has(error.code)) return 'stands by';
  const isPassing = [plan.source, plan.target].some(({engine}) => member('engine', ENGINES, engine).isPassing(error));
  return isPassing || error instanceof TransientError || (isCoded(error) && AWAY.has(error.code)) ? 'again' : 'ends';
}

/** Of a run that somebody else has brought to its end. */
async function endOf({run, invocation: {output}}: Work): Promise<ExitCode | undefined> {
  const {isFinal, phase, plan, status} = runState(await run.journal.entries());
  if (!isFinal) return undefined;
  if (output.isJson) output.document({id: run.id, name: plan.name, status, phase, reason: null, keptLog: null});
  else output.data(`${plan.name}: ${status}`);
  return phase === 'aborted' ? EXIT.calledOff : EXIT.done;
}

async function sayWhoWorks(worker: Work): Promise<ExitCode> {
  const {run, invocation} = worker;
  const standby = new Standby(worker);
  try {
    const holder = await standby.holder();
    const {name} = run.state.plan;
    if (invocation.output.isJson) invocation.output.document({id: run.id, name, dryRun: true, holder: holder ?? null});
    else invocation.output.data(`${name}: ${holder === undefined ? 'nobody works, so this worker would' : `would stand by: ${holder}`}`);
    return EXIT.done;
  } finally {
    await standby.close();
  }
}

/** Looks at the lock on the source, which is taken first, with a connection of its own. */
class Standby {
  readonly #worker: Work;
  #sides: Sides | undefined;

  constructor(worker: Work) {
    this.#worker = worker;
  }

  async holder(): Promise<string | undefined> {
    const {pinned, run, effects} = this.#worker;
    this.#sides ??= await openSides(pinned.plan, refOf(run.id, pinned.plan.name), effects);
    try {
      const held = await this.#sides.source.control.holder();
      return held && `${held.holder} works, since ${held.since}`;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const sides = this.#sides;
    this.#sides = undefined;
    if (sides) await Promise.all([sides.source.close(), sides.target.close()]);
  }
}

/** While it stands by nothing has to come to a safe point; while it works the runner has handlers of its own as well. */
class Leaving {
  readonly #over = new AbortController();
  readonly #handlers = (
    [
      ['SIGINT', EXIT.interrupted],
      ['SIGTERM', EXIT.terminated],
      ['SIGHUP', EXIT.interrupted],
    ] as const
  ).map(([name, code]) => [name, () => this.#leave(code)] as const);
  code: ExitCode = EXIT.terminated;

  constructor() {
    for (const [name, handler] of this.#handlers) process.on(name, handler);
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  #leave(code: ExitCode): void {
    this.code = code;
    this.#over.abort();
  }

  forget(): void {
    for (const [name, handler] of this.#handlers) process.off(name, handler);
  }
}
