/** The servers of an environment, and the proof that they are none of the plan's own. Nothing is written before that. */
import {type Database, isOnePlace} from '../engine/engine.ts';
import type {Effects} from '../model/effects.ts';
import {TerminalError} from '../model/errors.ts';
import type {RehearsedServer} from '../model/rehearsal-record.ts';
import {SIDES, type Side} from '../model/side.ts';
import type {Plan} from '../plan/plan.ts';
import type {Sides} from './compose.ts';
import {openSide} from './compose-side.ts';
import {OWN} from './rehearse-places.ts';

/** Those databases of the plan itself whose addresses are known here. They are only read. */
export type KnownOriginals = Partial<Readonly<Record<Side, Database>>>;

/** The caller closes them. */
export async function openKnown(plan: Plan, effects: Effects): Promise<KnownOriginals> {
  const known: Partial<Record<Side, Database>> = {};
  for (const side of SIDES) {
    const {url} = plan[side];
    if (url.kind !== 'env' || process.env[url.value])
      known[side] = await openSide(plan, side, {...OWN, name: plan.name}, effects, 'runner');
  }
  return known;
}

/** Throws CF-ENV-003 unless both are shown to be others than the plan's: by what servers call themselves, never by their addresses. */
export async function tellApart(
  sides: Sides,
  known: KnownOriginals,
  environment: string,
): Promise<Readonly<Record<Side, RehearsedServer>>> {
  const servers = {source: await sides.source.identity(), target: await sides.target.identity()};
  for (const side of SIDES) {
    const original = known[side];
    if (!original) continue;
    const {systemId} = await original.identity().catch((cause: unknown) => {
      throw refused(`whether ${environment} has other servers cannot be told: the plan's ${side} does not answer`, cause);
    });
    for (const place of SIDES)
      if (servers[place].systemId === systemId) throw refused(`the ${place} of ${environment} is on the server of the plan's own ${side}`);
  }
  if (isOnePlace(servers.source, servers.target)) throw refused(`source and target of ${environment} are one database`);
  const isUnknown = SIDES.some((side) => !known[side]);
  // Where each server of a cluster has a name of its own, no name tells that one is none of production's.
  for (const side of SIDES) if (isUnknown || servers[side].room === 'server') await sides[side].rehearsing.requireEnvironment(environment);
  const named = ({systemId, version, versionText, database}: RehearsedServer) => ({systemId, version, versionText, database});
  return {source: named(servers.source), target: named(servers.target)};
}

const refused = (why: string, cause?: unknown): TerminalError =>
  new TerminalError(`${why}; nothing was written`, {
    code: 'CF-ENV-003',
    next: "correct what stands for the plan's references in crossfade.yaml, or what those variables hold",
    cause,
  });
