/** What gates may ask for, answered by the journal, the streams and the composition. */
import type {Measures} from '../gate/gate.ts';
import {runState, type RunState} from '../journal/run-state.ts';
import {directionFrom} from '../model/side.ts';
import type {Named} from '../plan/plan.ts';
import type {RunnerOptions} from './runner-options.ts';

type Asked = Pick<RunnerOptions, 'context' | 'journal' | 'interruption' | 'measures'>;

/** For one question of one gate. `at`: where the run stands, which does not change while it waits. */
export const gateMeasures = (gate: Named, at: RunState, {context, journal, interruption, measures}: Asked): Measures => {
  const now = async (): Promise<RunState> => runState(await journal.entries());
  const state = now();
  state.catch(() => undefined); // whoever asks for it is told
  return {
    phase: at.phase,
    settings: gate.settings,
    lagMs: async () => {
      const link = context.replication.link(directionFrom(at.openSide));
      if (!link) throw new Error('no stream is running');
      const lag = await link.lagMs();
      context.telemetry.gauge('lagMs', lag);
      return lag;
    },
    lastVerification: async () => (await state).verifications.at(-1),
    unexplained: async () => (await state).unexplained,
    changedSince: async (freshnessMs) => context.verification.changedSince(freshnessMs),
    ...measures({openSide: at.openSide, signal: interruption.signal}),
    approvals: async () =>
      (await now()).approvals
        .filter((one) => one.gate === gate.name)
        .map(({actor, at: since, isSigned}) => ({
          actor: actor.name,
          account: actor.account ?? actor.name,
          authenticated: isSigned === true,
          at: since,
        })),
    starter: async () => (await state).starter ?? '',
    approval: context.plan.plan.approval,
    migration: {id: context.migration.id, name: context.migration.name, planChecksum: context.plan.checksum},
    now: () => context.clock.now(),
  };
};
