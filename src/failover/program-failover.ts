/**
 * Tells the automation through the operator's own programs, once per side, with the facts in their environment. A worked
 * example with the whole contract is `docs/runbook/failover.md`.
 *
 * CROSSFADE_FAILOVER_ACTION  pause | resume | observe
 * CROSSFADE_MIGRATION        the migration's name
 * CROSSFADE_SIDE             source | target: whose automation is meant
 * CROSSFADE_PRIMARY          the server that the plan takes for the primary of that side
 * CROSSFADE_EPOCH            of the attempt; an action with a lower one than the last should be refused (not for observe)
 *
 * `observe` prints `{"primary": "host:port", "paused": false}`, with `null` for no primary. The others may be called again
 * and must then do nothing new. An exit code other than 0 is a failure.
 */
import {TerminalError, TransientError} from '../model/errors.ts';
import type {Effects} from '../model/effects.ts';
import type {Side} from '../model/side.ts';
import {howItFailed, parseJson, runProgram, shown} from '../switch/program.ts';
import type {Failover, Observed} from './failover.ts';

export type FailoverFacts = {
  /** Program and arguments, by action. */
  readonly programs: Readonly<Record<Action, readonly string[]>>;
  readonly primary: Readonly<Record<Side, string>>;
  readonly migration: string;
  /** What the programs find in their environment beside ours; asked at every call, so a rotated secret is picked up. */
  readonly secrets: () => Promise<Readonly<Record<string, string>>>;
  readonly effects: Effects;
};

type Action = 'pause' | 'resume' | 'observe';

/** By call. Together they have to fit into the time that an attempt has before its fence; Patroni's usual round is ten seconds. */
const ACT_MS_MAX = 15_000;
const OBSERVE_MS_MAX = 5_000;

export class ProgramFailover implements Failover {
  readonly #facts: FailoverFacts;

  constructor(facts: FailoverFacts) {
    this.#facts = facts;
  }

  async pause(attempt: number): Promise<void> {
    await this.#onBoth('pause', attempt);
    await this.#confirm('pause', true);
  }

  async resume(attempt: number): Promise<void> {
    await this.#onBoth('resume', attempt);
    await this.#confirm('resume', false);
  }

  async observe(limitMs = OBSERVE_MS_MAX): Promise<Readonly<Record<Side, Observed>>> {
    const limit = Math.min(limitMs, OBSERVE_MS_MAX);
    const [source, target] = await Promise.all([this.#observeSide('source', limit), this.#observeSide('target', limit)]);
    return {source, target};
  }

  /** Both are waited for, so that nothing goes on behind the caller's back. */
  async #onBoth(action: Action, attempt: number): Promise<void> {
    const outcomes = await Promise.allSettled((['source', 'target'] as const).map((side) => this.#call(action, side, ACT_MS_MAX, attempt)));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  async #confirm(action: Action, isPaused: boolean): Promise<void> {
    const seen = await this.observe();
    for (const side of ['source', 'target'] as const)
      if (seen[side].isPaused !== isPaused) throw notDone(action, side, `it then observes paused: ${seen[side].isPaused}`);
  }

  async #observeSide(side: Side, limitMs: number): Promise<Observed> {
    const {output, environment} = await this.#call('observe', side, limitMs);
    const observed = parseObservation(output, this.#facts.primary[side]);
    if (observed) return observed;
    throw new TerminalError(
      `the program for failover.observe printed what is no observation of the ${side}: ${shown(output, environment)}`,
      {
        code: 'CF-FAILOVER-001',
        next: 'it must print {"primary": "host:port", "paused": false} and nothing else; docs/runbook/failover.md',
      },
    );
  }

  async #call(
    action: Action,
    side: Side,
    limitMs: number,
    attempt?: number,
  ): Promise<{readonly output: string; readonly environment: NodeJS.ProcessEnv}> {
    const {effects, programs, migration, primary, secrets} = this.#facts;
    await effects.point('admin.command', `failover ${action} ${side}`);
    const environment = {
      ...process.env,
      ...(await secrets()),
      CROSSFADE_FAILOVER_ACTION: action,
      CROSSFADE_MIGRATION: migration,
      CROSSFADE_SIDE: side,
      CROSSFADE_PRIMARY: primary[side],
      ...(attempt === undefined ? {} : {CROSSFADE_EPOCH: String(attempt)}),
    };
    const finished = await runProgram(programs[action], environment, limitMs);
    if (finished.ended === 'well') return {output: finished.output, environment};
    throw notDone(action, side, howItFailed(finished, limitMs, environment));
  }
}

const notDone = (action: Action, side: Side, why: string): TransientError =>
  new TransientError(`the program for failover.${action} did not ${action} the automation of the ${side}: ${why}`, {
    code: 'CF-FAILOVER-001',
    next: `run it by hand with CROSSFADE_FAILOVER_ACTION=${action} CROSSFADE_SIDE=${side} and see what it says`,
  });

function parseObservation(output: string, planned: string): Observed | undefined {
  const value = parseJson(output);
  if (typeof value !== 'object' || value === null || !('primary' in value) || !('paused' in value)) return undefined;
  const {primary, paused} = value;
  if (typeof paused !== 'boolean' || (primary !== null && typeof primary !== 'string')) return undefined;
  return {primary: primary ?? undefined, planned, isPaused: paused};
}
