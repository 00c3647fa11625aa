/**
 * Tells programs and services of the operator's what happens in a run, by moment. A hook hears of a moment at least once:
 * the call comes first and the journal's entry after it, so whoever was killed between the two is repeated by the next
 * runner, with the same delivery. Before a cutover and before the way back a hook is asked, and one that fails refuses it;
 * at every other moment a failure is a warning. Called by the runner's process; members are the ways of calling.
 */
import type {HttpAnswer, HttpRequest} from '../gate/gate.ts';
import type {HookEvent, HookRule} from '../model/hook.ts';
import type {Side} from '../model/side.ts';

/** Everything that can be known at a moment; a fact that does not apply is absent. */
export const HOOK_FACTS = [
  'outcome', // of a phase: done, back, reverse, abort
  'gate',
  'evidence', // what a gate measured
  'go', // what was decided about it: true or false
  'reason',
  'code', // of an error
  'by', // the person
  'copy-percent', // of the time in which no copying is begun
  'verify-percent',
  'throttle', // of the plan, which has stopped the work
  'differing', // rows
  'status', // the line of numbers
] as const;
export type HookFact = (typeof HOOK_FACTS)[number];
export type HookFacts = Readonly<Partial<Record<HookFact, string>>>;

export type HookCall = {
  readonly event: HookEvent;
  /** The same however often it is repeated: what receivers drop doubles by. */
  readonly delivery: string;
  /** RFC 3339 UTC: when it happened, not when it is told. */
  readonly at: string;
  readonly isDryRun: boolean;
  readonly migration: {readonly id: string; readonly name: string; readonly planChecksum: string};
  readonly phase: string;
  readonly openSide: Side;
  readonly epoch: number;
  readonly facts: HookFacts;
  /** One sentence for people. */
  readonly text: string;
};

export interface HookServices {
  /** Runs a program with these facts in its environment and this text on its stdin; throws when it does not end well. */
  program(run: readonly string[], facts: Readonly<Record<string, string>>, limitMs: number, input: string): Promise<string>;
  request(request: HttpRequest): Promise<HttpAnswer>;
  secret(reference: string): Promise<string>;
  sleep(ms: number): Promise<void>;
}

/** One way of calling; picked by the key that the plan's hook has. */
export interface Caller {
  /** How it went, in words without secrets; throws with the reason when it failed. */
  call(rule: HookRule, call: HookCall, services: HookServices): Promise<string>;
}
