/** The databases of a rehearsal: those of the plan, which are only read, and the places for their clones. */
import {cloningOf} from '../rehearsal/make-clone.ts';
import {type Database, isOnePlace} from '../engine/engine.ts';
import {TerminalError} from '../model/errors.ts';
import type {Effects} from '../model/effects.ts';
import type {Side} from '../model/side.ts';
import type {DatabasePlan, Plan} from '../plan/plan.ts';
import {isInPlace} from '../plan/plan.ts';
import {standInFor, type StandIn} from '../rehearsal/stand-in.ts';
import {workflows} from '../../workflows/workflows.ts';
import {textOf, type Invocation} from './command.ts';
import {openSides, type Sides} from './compose.ts';
import {referenceOf} from './compose-gate-services.ts';

/** Not those of the run on the clone: a runner ends what it takes for sessions of an earlier one. */
export const OWN = {id: 'rehearse', short: 'rehearse'};

export const openOriginals = (plan: Plan, effects: Effects): Promise<Sides> => {
  if (!isInPlace(plan) && plan.schema.kind !== 'existing') return openSides(plan, {...OWN, name: plan.name}, effects);
  const why = isInPlace(plan) ? 'a change in place' : 'a target whose tables exist already';
  throw new TerminalError(`no clone can be made for ${why}`, {code: 'CF-REHEARSE-003', next: 'try the plan on a copy of your own'});
};

/** Where the stand-in for a plan finds them. */
export const openClones = (plan: Plan, effects: Effects): Promise<Sides> => openSides(plan, {...OWN, name: plan.name}, effects);

/** The plan on the addresses that the flags name. */
export function standInOf(plan: Plan, options: Invocation['options']): StandIn {
  const named = (option: string, flag: string) => {
    const text = textOf(options[option]);
    if (text !== undefined) return referenceOf(text);
    throw new TerminalError(`${flag} is missing: where may the clone be made?`, {
      code: 'CF-USAGE-001',
      next: `give an empty database: ${flag} env:NAME`,
    });
  };
  return standInAt(plan, {
    source: {engine: plan.source.engine, url: named('sourceClone', '--source-clone')},
    target: {engine: plan.target.engine, url: named('targetClone', '--target-clone')},
  });
}

export function standInAt(plan: Plan, places: Readonly<Record<Side, DatabasePlan>>): StandIn {
  const workflow = workflows[plan.workflow as keyof typeof workflows];
  return standInFor(plan, places, Object.fromEntries(workflow.phases.map((phase) => [phase, workflow.gates(phase)])));
}

/** A server that answers as one of the plan's is one of them, whatever it is called: nothing is written there. */
export async function refuseRealPlaces(originals: Sides, clones: Sides): Promise<void> {
  const real = {source: await originals.source.identity(), target: await originals.target.identity()};
  const places = {source: await clones.source.identity(), target: await clones.target.identity()};
  for (const place of SIDES)
    for (const side of SIDES)
      if (places[place].systemId === real[side].systemId)
        throw refused(`the place for the clone of the ${place} is on the server of the plan's ${side}`);
  if (isOnePlace(places.source, places.target)) throw refused('both clones would be made in one database');
  for (const side of SIDES) await refuseForeign(clones[side], side);
}

const SIDES: readonly Side[] = ['source', 'target'];

async function refuseForeign(database: Database, side: Side): Promise<void> {
  if ((await cloningOf(database).whatIsHere()) !== 'other') return;
  throw refused(`the place for the clone of the ${side} holds something that no rehearsal has made`);
}

const refused = (why: string): TerminalError =>
  new TerminalError(`${why}; nothing was written`, {code: 'CF-REHEARSE-001', next: 'name empty databases on other servers'});
