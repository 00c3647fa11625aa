/** The ways of the application that a plan gives its canary. */
import {DirectPath} from '../canary/direct-path.ts';
import {RouterPath} from '../canary/router-path.ts';
import {startCanary} from '../canary/start-canary.ts';
import {applicationConfig} from '../engine/postgres/postgres-connection.ts';
import type {Database} from '../engine/engine.ts';
import {assert} from '../model/assert.ts';
import type {Effects} from '../model/effects.ts';
import {origin} from '../model/side.ts';
import {canaryPaths} from '../plan/canary-paths.ts';
import type {Plan, SecretReference} from '../plan/plan.ts';
import {resolveDatabaseUrl} from '../plan/secret.ts';
import type {PhaseContext} from '../phase/phase.ts';
import type {ApplicationPath} from '../switch/traffic-switch.ts';

type Sides = Readonly<Record<'source' | 'target', Database>>;

/** Not connected yet; the caller closes them. Secrets are resolved anew each time. */
export const openPaths = async (plan: Plan): Promise<ApplicationPath[]> => {
  const {paths, router} = canaryPaths(plan);
  const direct = paths.map(async (reference, index) => {
    const name = `canary.paths[${index}]`;
    return new DirectPath(name, applicationConfig({url: await resolveDatabaseUrl(reference)}, name));
  });
  const config = async (side: 'source' | 'target', reference: SecretReference, isOwn: boolean) => {
    const {tls} = plan[side];
    const url = await resolveDatabaseUrl(reference);
    return applicationConfig({url, ...(tls ? {tls} : {})}, isOwn ? `${side}.url` : `canary.${side}`);
  };
  const routed = router && {
    source: await config('source', router.source, router.isOwn),
    target: await config('target', router.target, router.isOwn),
  };
  return [...(routed ? [new RouterPath(routed, plan.name)] : []), ...(await Promise.all(direct))];
};

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
