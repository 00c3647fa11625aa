/** Picks the members that a plan names and puts a run together. The only place that knows every list. */
import {workflows} from '../../workflows/workflows.ts';
import {engines as ENGINES} from '../engine/engines.ts';
import type {Database, Engine, MigrationRef} from '../engine/engine.ts';
import {gates} from '../gate/gates.ts';
import type {Guardian} from '../guardian/guardian.ts';
import type {Effects} from '../model/effects.ts';
import type {PlannedOperation} from '../model/planned-operation.ts';
import type {Side} from '../model/side.ts';
import {operations} from '../operation/operations.ts';
import type {Operation} from '../operation/operation.ts';
import {watchWaitingLag} from '../phase/lag-watch.ts';
import {phases} from '../phase/phases.ts';
import {StandingReads} from '../phase/standing-reads.ts';
import {StandingVerification} from '../phase/standing-verification.ts';
import {InProcessReplication} from '../pipeline/in-process-replication.ts';
import {isInPlace, type PinnedPlan, type Plan} from '../plan/plan.ts';
import {resolveDatabaseUrl, resolveSecret} from '../plan/secret.ts';
import type {ServerAddress, TrafficSwitch} from '../switch/traffic-switch.ts';
import {trafficSwitches} from '../switch/traffic-switches.ts';
import type {Telemetry} from '../telemetry/telemetry.ts';
import {dutyCycle} from '../throttle/duty-cycle.ts';
import {strictest} from '../throttle/strictest.ts';
import type {Throttle} from '../throttle/throttle.ts';
import {verifiers} from '../verify/verifiers.ts';
import type {RunnerOptions} from '../runner/runner-options.ts';
import {startWatchdogProcess} from '../watchdog/watchdog-process.ts';
import {canaryStarter} from './compose-canary.ts';
import {figuresOf} from './compose-figures.ts';
import {failoverWithSecrets, openFailover} from './compose-failover.ts';
import {referenceOf} from './compose-gate-services.ts';
import {mappedTables} from './compose-mapping.ts';
import {measuresOf, openGuardian} from './compose-measures.ts';
import {member} from './compose-member.ts';
import {openRelay} from './compose-relay.ts';
import {type Actor, openSide} from './compose-side.ts';

export type Sides = {
  readonly source: Database;
  readonly target: Database;
  readonly engines: Readonly<Record<Side, Engine>>;
  /** Where the plan finds them; drivers that name servers to a proxy write these. */
  readonly addresses: Readonly<Record<Side, ServerAddress>>;
};

/** The short form is part of the names of database objects. */
export const refOf = (id: string, name: string): MigrationRef => ({id, short: id.replaceAll('-', '').slice(0, 8), name});

/** Both sides, not connected yet; of a change in place they are one. The caller closes them. */
export const openSides = async (plan: Plan, migration: MigrationRef, effects: Effects, actor: Actor = 'runner'): Promise<Sides> => {
  const own = await openSide(plan, 'source', migration, effects, actor);
  const relay = await openRelay(plan, migration, effects);
  const source = relay.through(own);
  return {
    source,
    target: isInPlace(plan) ? source : await openSide(plan, 'target', migration, effects, actor),
    engines: {source: relay.engine(member('engine', ENGINES, plan.source.engine)), target: member('engine', ENGINES, plan.target.engine)},
    addresses: {source: await addressOf(plan, 'source'), target: await addressOf(plan, 'target')},
  };
};

/** What a change in place is made of, in the plan's order. */
export const operationsOf = ({operations: planned = []}: Plan): Operation[] =>
  planned.map((one) => {
    const make = member('operation', operations, one.kind) as (planned: PlannedOperation) => Operation;
    return make(one);
  });

const addressOf = async (plan: Plan, side: Side): Promise<ServerAddress> => {
  const {host, port, database} = await resolveDatabaseUrl(plan[side].url);
  return {host, port, database};
};

/** The drivers the plan names, in its order. */
export const openSwitches = (plan: Plan, sides: Sides, migration: MigrationRef, effects: Effects): TrafficSwitch[] =>
  plan.switch.map(({name, settings}) =>
    member(
      'switch',
      trafficSwitches,
      name,
    )(settings, {
      source: sides.source,
      target: sides.target,
      addresses: sides.addresses,
      migration,
      effects,
      resolveSecret: (reference) => resolveSecret(referenceOf(reference)),
    }),
  );

/** Whoever runs them starts the guardian, and stops it. */
export type RunParts = Pick<
  RunnerOptions,
  'workflow' | 'phases' | 'gates' | 'context' | 'measures' | 'whileWaiting' | 'ensureStreams' | 'isPassing'
> & {
  readonly guardian: Guardian;
};

/** Everything a runner needs of a plan, with the lease taken as `epoch`. */
export const composeRun = (
  pinned: PinnedPlan,
  migration: MigrationRef,
  sides: Sides,
  epoch: number,
  effects: Effects,
  telemetry: Telemetry,
  watchdogCommand: readonly [string, ...string[]],
  /** What an operator asked for, and the plan; at full speed without. */
  ...operators: readonly Throttle[]
): RunParts => {
  const {source, target, engines} = sides;
  const replication = new InProcessReplication({
    source,
    target,
    engines,
    telemetry,
    effects,
    parks: pinned.plan.reverse.misfits === 'park',
  });
  const guardian = openGuardian(pinned.plan, sides, replication, effects, telemetry);
  const switches = openSwitches(pinned.plan, sides, migration, effects);
  const failover = openFailover(pinned.plan, sides.addresses, migration, effects);
  const mapped = mappedTables(pinned.plan, source, target);
  const startWatchdog: RunParts['context']['startWatchdog'] = async (request) =>
    startWatchdogProcess(watchdogCommand, JSON.stringify({request, migration, plan: await withSecrets(pinned.plan)}), effects);
  const context = {
    plan: pinned,
    migration,
    source,
    target,
    engines,
    epoch,
    replication,
    switches,
    ...(failover ? {failover} : {}),
    verifier: verifiers.checksum,
    operations: operationsOf(pinned.plan),
    figures: figuresOf(pinned.plan, effects),
    throttle: strictest(dutyCycle, guardian.pacing, ...operators),
    startWatchdog,
    startCanary: canaryStarter(pinned.plan, migration.short, {source, target}, effects),
    ...mapped,
    telemetry,
    effects,
    clock: effects.clock,
  };
  return {
    workflow: member('workflow', workflows, pinned.plan.workflow),
    phases,
    gates,
    context: {...context, verification: new StandingVerification(context), reads: new StandingReads(context)},
    guardian,
    isPassing: (error) => engines.source.isPassing(error) || engines.target.isPassing(error),
    measures: measuresOf({...context, plan: pinned}, guardian),
    whileWaiting: (openSide, signal) => watchWaitingLag(context, openSide, signal),
    ensureStreams: async (direction) => {
      const receiver = direction === 'forward' ? target : source;
      if (await receiver.target.progress(direction)) await replication.ensure(direction, 'apply', await mapped.mappings(direction), epoch);
    },
  };
};

/**
 * The watchdog may outlive this process and its environment: what the references stand for goes to it on stdin. It reads no stream,
 * so it needs no relay.
 */
const withSecrets = async (plan: Plan): Promise<Plan> => {
  const resolved = async (side: Side) => ({
    ...plan[side],
    url: {kind: 'literal' as const, value: (await resolveDatabaseUrl(plan[side].url)).reveal()},
  });
  const failover = plan.failover && (await failoverWithSecrets(plan.failover));
  const sides = {source: await resolved('source'), target: await resolved('target')};
  return {...plan, ...sides, relay: {kind: 'in-process'}, ...(failover ? {failover} : {})};
};
