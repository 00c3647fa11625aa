/** The ways of the application that a plan gives its canary. */
import type {ApplicationAddress} from '../canary/application-address.ts';
import {DirectPath} from '../canary/direct-path.ts';
import {mysql2Address} from '../canary/mysql2-address.ts';
import {pgAddress} from '../canary/pg-address.ts';
import {RouterPath} from '../canary/router-path.ts';
import {startCanary} from '../canary/start-canary.ts';
import {applicationOptions} from '../engine/mysql/mysql-connection.ts';
import {applicationConfig} from '../engine/postgres/postgres-connection.ts';
import type {Database} from '../engine/engine.ts';
import {assert} from '../model/assert.ts';
import type {Effects} from '../model/effects.ts';
import {origin, type Side} from '../model/side.ts';
import {canaryPaths} from '../plan/canary-paths.ts';
import type {Plan, SecretReference} from '../plan/plan.ts';
import {resolveDatabaseUrl} from '../plan/secret.ts';
import type {PhaseContext} from '../phase/phase.ts';
import type {Mysql2Statements} from '../router/mysql2.ts';
import type {PgStatements} from '../router/router.ts';
import type {ApplicationPath} from '../switch/traffic-switch.ts';

type Sides = Readonly<Record<'source' | 'target', Database>>;

/** Not connected yet; the caller closes them. Secrets are resolved anew each time. */
export const openPaths = async (plan: Plan): Promise<ApplicationPath[]> => {
  const {paths, router} = canaryPaths(plan);
  const direct = paths.map(async (reference, index) => {
    const name = `canary.paths[${index}]`;
    // Both sides speak alike, or there could be no such path.
    return new DirectPath(name, addressOf(plan.source.engine, {url: await resolveDatabaseUrl(reference)}, name));
  });
  const routed = async (side: Side, reference: SecretReference, isOwn: boolean) => {
    const {tls, engine} = plan[side];
    const url = await resolveDatabaseUrl(reference);
    return addressOf(engine, {url, ...(tls ? {tls} : {})}, isOwn ? `${side}.url` : `canary.${side}`);
  };
  const both = router && {
    source: await routed('source', router.source, router.isOwn),
    target: await routed('target', router.target, router.isOwn),
  };
  return [...(both ? [new RouterPath(both, plan.name)] : []), ...(await Promise.all(direct))];
};

type Where = Parameters<typeof applicationConfig>[0];

/** What is sent by an address goes to its own side only, so it may be taken for either. */
const addressOf = (engine: string, where: Where, what: string): ApplicationAddress<PgStatements | Mysql2Statements> =>
  engine === 'postgres' ? pgAddress(applicationConfig(where, what)) : mysql2Address(applicationOptions(where, what));

/** What the cutover is given to start one with. */
export const canaryStarter =
  (plan: Plan, migration: string, {source, target}: Sides, effects: Effects): PhaseContext['startCanary'] =>
  async (attempt, direction) => {
    const paths = await openPaths(plan);
    if (paths.length === 0) return undefined;
    assert(source.tokens && target.tokens, 'applications of both engines can be followed');
    return startCanary({
      ...{paths, migration, attempt, effects},
      closing: origin(direction),
      // The way back is never refused because an application cannot be reached on the side that it leaves.
      mustReach: direction === 'forward',
      tables: {source: source.tokens, target: target.tokens},
    });
  };
