/** The throttles of a plan, with what they measure: the sides of the run, replicas by their addresses, services by HTTP. */
import {engines as ENGINES} from '../engine/engines.ts';
import type {Engine, MigrationRef} from '../engine/engine.ts';
import {sendRequest} from '../gate/http-request.ts';
import type {Effects} from '../model/effects.ts';
import type {Plan} from '../plan/plan.ts';
import {resolveDatabaseUrl, resolveSecret} from '../plan/secret.ts';
import type {Telemetry} from '../telemetry/telemetry.ts';
import {MeasuredThrottle} from '../throttle/measured.ts';
import {throttles} from '../throttle/throttles.ts';
import type {World} from '../throttle/throttle.ts';
import type {Sides} from './compose.ts';
import {member} from './compose-member.ts';
import {referenceOf} from './compose-gate-services.ts';

const NEVER = new AbortController().signal;

export const measuredThrottle = (plan: Plan, migration: MigrationRef, sides: Sides, effects: Effects, telemetry: Telemetry) => {
  const world = worldOf(plan, migration, sides, effects);
  const planned = (plan.throttle ?? []).map(({name, settings}) => ({name, gauge: member('throttle', throttles, name)(settings, world)}));
  return new MeasuredThrottle(planned, {telemetry, clock: effects.clock});
};

const worldOf = (plan: Plan, migration: MigrationRef, {source, target, engines}: Sides, effects: Effects): World => ({
  load: {source: source.load, target: target.load},
  replica: async (reference) => {
    const {tls, engine} = plan.source;
    const url = await resolveDatabaseUrl(referenceOf(reference));
    const replica = member<Engine>('engine', ENGINES, engine).open({url, side: 'source', migration, effects, ...(tls ? {tls} : {})});
    return {name: `${url.host}:${url.port}`, load: replica.load, close: () => replica.close()};
  },
  hasReached: (followed, written) => engines.source.comparePositions(followed, written) >= 0,
  ask: (side, query, limits) => (side === 'source' ? source : target).ask(query, limits),
  get: async (reference, limitMs) => {
    await effects.point('admin.command', 'throttle request');
    return sendRequest({method: 'GET', url: await resolveSecret(referenceOf(reference)), limitMs}, NEVER);
  },
  clock: effects.clock,
});
