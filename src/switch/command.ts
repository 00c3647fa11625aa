/**
 * Routes through whatever the operator has: an executable that is called with the facts in its environment. A worked
 * example with the whole contract is `examples/switch-command/`.
 *
 * CROSSFADE_SWITCH_ACTION  observe | hold | resume | route
 * CROSSFADE_MIGRATION      the migration's name
 * CROSSFADE_EPOCH          of the attempt; an action with a lower one than the last should be refused (not for observe)
 * CROSSFADE_SIDE           source | target (resume, route)
 * CROSSFADE_UNTIL_MS       how long the hold may last from now (hold)
 *
 * `observe` prints `{"side": "source" | "target" | "neither" | "unknown", "held": true | false}`. The others may be
 * called again and must then do nothing new. An exit code other than 0 is a failure that is tried again.
 */
import {TerminalError, TransientError} from '../model/errors.ts';
import type {Side} from '../model/side.ts';
import {type Finished, howItFailed, parseJson, runProgram, shown} from './program.ts';
import {SwitchSettings} from './switch-settings.ts';
import type {Observation, SwitchFactory, SwitchFacts, TrafficSwitch} from './traffic-switch.ts';

export const command: SwitchFactory = (settings, facts) => {
  const read = new SwitchSettings('command', settings, ['run', 'transparent']);
  return new CommandSwitch(read.texts('run'), read.flag('transparent', false), facts);
};

type Action = 'observe' | 'hold' | 'resume' | 'route';

/** For one call. A hold has no more than its own time, since after it the fence decides anyway. */
const CALL_MS_MAX = 10_000;

class CommandSwitch implements TrafficSwitch {
  readonly name = 'command';
  readonly transparent: boolean;
  readonly #run: readonly string[];
  readonly #facts: SwitchFacts;

  constructor(run: readonly string[], transparent: boolean, facts: SwitchFacts) {
    this.#run = run;
    this.transparent = transparent;
    this.#facts = facts;
  }

  async observe(): Promise<Observation> {
    const {output} = await this.#call('observe', {});
    const observed = parseObservation(output);
    if (observed) return observed;
    throw this.#unreadable(output);
  }

  async hold({epoch, untilMs}: {readonly epoch: number; readonly untilMs: number}): Promise<void> {
    await this.#call('hold', {CROSSFADE_EPOCH: String(epoch), CROSSFADE_UNTIL_MS: String(untilMs)}, Math.min(untilMs, CALL_MS_MAX));
    const {held} = await this.observe();
    if (!held) throw this.#notDone('hold', 'it then observes no hold');
  }

  async resume({epoch, side}: {readonly epoch: number; readonly side: Side}): Promise<void> {
    await this.#call('resume', {CROSSFADE_EPOCH: String(epoch), CROSSFADE_SIDE: side});
  }

  async route({epoch, side}: {readonly epoch: number; readonly side: Side}): Promise<void> {
    await this.#call('route', {CROSSFADE_EPOCH: String(epoch), CROSSFADE_SIDE: side});
    const observed = await this.observe();
    if (observed.side !== side || observed.held) throw this.#notDone('route', `it then observes ${JSON.stringify(observed)}`);
  }

  async close(): Promise<void> {}

  async #call(action: Action, facts: Readonly<Record<string, string>>, limitMs = CALL_MS_MAX): Promise<Finished> {
    const {effects, migration} = this.#facts;
    await effects.point('admin.command', `command ${action}`);
    const environment = {...process.env, CROSSFADE_SWITCH_ACTION: action, CROSSFADE_MIGRATION: migration.name, ...facts};
    const finished = await runProgram(this.#run, environment, limitMs);
    if (finished.ended === 'well') return finished;
    throw this.#notDone(action, howItFailed(finished, limitMs, process.env));
  }

  #notDone(action: Action, why: string): TransientError {
    const next = `run the command by hand with CROSSFADE_SWITCH_ACTION=${action} and see what it says`;
    return new TransientError(`the switch command ${this.#run[0]} did not ${action}: ${why}`, {code: 'CF-CUT-001', next});
  }

  #unreadable(output: string): TerminalError {
    return new TerminalError(`the switch command ${this.#run[0]} printed what is no observation: ${shown(output, process.env)}`, {
      code: 'CF-PLAN-001',
      next: 'for `observe` it must print {"side": "source", "held": false} and nothing else; see examples/switch-command',
    });
  }
}

function parseObservation(output: string): Observation | undefined {
  const value = parseJson(output);
  if (typeof value !== 'object' || value === null || !('side' in value) || !('held' in value)) return undefined;
  const side = (['source', 'target', 'neither', 'unknown'] as const).find((one) => one === value.side);
  return side === undefined || typeof value.held !== 'boolean' ? undefined : {side, held: value.held};
}
