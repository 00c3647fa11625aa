/** The clusters' automation as the plan names it, and what is to be said of it before anything is begun. */
import type {Finding, MigrationRef} from '../engine/engine.ts';
import {astray, type Failover, pausedSides} from '../failover/failover.ts';
import {ProgramFailover} from '../failover/program-failover.ts';
import {isCoded} from '../model/errors.ts';
import type {Effects} from '../model/effects.ts';
import type {Side} from '../model/side.ts';
import {type FailoverPlan, isInPlace, type Plan} from '../plan/plan.ts';
import {resolveSecret} from '../plan/secret.ts';
import type {ServerAddress} from '../switch/traffic-switch.ts';

/** Undefined where the plan names nobody. */
export const openFailover = (
  {failover}: Plan,
  addresses: Readonly<Record<Side, ServerAddress>>,
  {name}: MigrationRef,
  effects: Effects,
): Failover | undefined => {
  if (!failover) return undefined;
  const {pause, resume, observe, primary, secrets = {}} = failover;
  const placeOf = ({host, port}: ServerAddress): string => `${host}:${port}`;
  return new ProgramFailover({
    programs: {pause, resume, observe},
    primary: primary ?? {source: placeOf(addresses.source), target: placeOf(addresses.target)},
    migration: name,
    secrets: () => resolved(secrets, resolveSecret),
    effects,
  });
};

/** For the watchdog, which may outlive our environment: what the references stand for. */
export const failoverWithSecrets = async (failover: FailoverPlan): Promise<FailoverPlan> => ({
  ...failover,
  ...(failover.secrets
    ? {secrets: await resolved(failover.secrets, async (one) => ({kind: 'literal' as const, value: await resolveSecret(one)}))}
    : {}),
});

const resolved = async <T, R>(secrets: Readonly<Record<string, T>>, resolve: (secret: T) => Promise<R>): Promise<Record<string, R>> =>
  Object.fromEntries(await Promise.all(Object.entries(secrets).map(async ([name, one]) => [name, await resolve(one)] as const)));

/** Known from the plan alone. */
export const failoverNotes = (plan: Plan): Finding[] => {
  if (isInPlace(plan) || plan.failover) return [];
  const reason = 'nobody tells the automation of the clusters about a cutover: one that promotes another server has to be paused by hand';
  return [{severity: 'info', code: 'CF-FAILOVER-003', object: 'failover', reason, next: 'crossfade explain CF-FAILOVER-003'}];
};

/** Asks the automation as the cutover would. */
export const failoverFindings = async (plan: Plan, failover: Failover | undefined): Promise<Finding[]> => {
  if (!failover) return failoverNotes(plan);
  const found = (severity: Finding['severity'], code: string, reason: string, next: string): Finding[] => [
    {severity, code, object: 'failover', reason, next},
  ];
  try {
    const seen = await failover.observe();
    const [wrong, paused] = [astray(seen), pausedSides(seen)];
    return [
      ...(wrong === undefined
        ? []
        : found('refuse', 'CF-FAILOVER-002', `another server is primary than planned: ${wrong}`, 'crossfade explain CF-FAILOVER-002')),
      ...(paused.length === 0
        ? []
        : found(
            'warn',
            'CF-FAILOVER-001',
            `the automation of the ${paused.join(' and of the ')} is paused; nobody stands in for a primary that fails`,
            'resume it, unless a cutover is under way: crossfade status',
          )),
    ];
  } catch (error) {
    if (!isCoded(error)) throw error;
    return found('refuse', error.code, error.message, error.next ?? `crossfade explain ${error.code}`);
  }
};
