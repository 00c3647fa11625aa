/**
 * The canary's part in one cutover attempt (C1, C12): started before the hold, settled when the attempt is over, either
 * way. Where there is none the evidence says why the stall is not measured.
 */
import type {Canary, CanaryReport} from '../canary/canary.ts';
import type {Side} from '../model/side.ts';
import {canaryPaths} from '../plan/canary-paths.ts';
import type {PhaseContext} from './phase.ts';
import type {Roles} from './roles.ts';
import {errorText} from '../model/errors.ts';

export type CanaryEvidence = CanaryReport | {readonly unmeasured: string};

export interface CutoverCanary extends AsyncDisposable {
  /** Forward, CF-CANARY-003 when a token does not come through; nothing is held yet. The way back goes without. */
  start(): Promise<void>;
  /** After the decision: the opening side serves. */
  proven(): Promise<CanaryEvidence>;
  /** The closing side serves on. */
  calledOff(): Promise<CanaryEvidence>;
}

export const cutoverCanary = (context: PhaseContext, roles: Roles, attempt: number): CutoverCanary => {
  let {none} = canaryPaths(context.plan.plan);
  let running: Canary | undefined;
  const settle = async (serving: Side, decided: boolean): Promise<CanaryEvidence> =>
    running ? tell(context, roles, await running.settle(serving, decided)) : {unmeasured: none ?? 'it had not begun'};
  return {
    async start() {
      if (none !== undefined) return;
      try {
        await context.steps.each('start-canary', async () => {
          running = await context.startCanary(attempt, roles.direction);
        });
      } catch (error) {
        if (roles.direction === 'forward') throw error;
        none = `it could not begin: ${errorText(error)}`;
        context.telemetry.note(`reverse cutover without a canary: ${none}`);
      }
    },
    proven: () => settle(roles.openingSide, true),
    calledOff: () => settle(roles.closingSide, false),
    [Symbol.asyncDispose]: async () => running?.close(),
  };
};

/** Of a cutover that another runner has begun: what it measured died with it. */
export const unmeasured = ({plan}: PhaseContext): CanaryEvidence => ({
  unmeasured: canaryPaths(plan.plan).none ?? 'the runner that measured it is gone',
});

const tell = ({telemetry}: PhaseContext, {direction}: Roles, report: CanaryReport): CanaryReport => {
  const {failure, stallMs, tokens} = report;
  const what = failure
    ? `the canary failed: ${failure.reason} (${failure.code})`
    : `each of ${tokens} tokens of the canary is there once; its longest wait was ${stallMs} ms`;
  telemetry.note(`${direction} cutover: ${what}`);
  return report;
};
