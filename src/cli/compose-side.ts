/** One side of a migration, as the plan names it: not connected yet, and of the engine that its address is of. */
import {engines as ENGINES} from '../engine/engines.ts';
import type {Database, Engine, MigrationRef} from '../engine/engine.ts';
import type {DatabaseUrl} from '../model/database-url.ts';
import type {Effects} from '../model/effects.ts';
import {TerminalError} from '../model/errors.ts';
import type {Side} from '../model/side.ts';
import {isInPlace, type Plan} from '../plan/plan.ts';
import {resolveDatabaseUrl} from '../plan/secret.ts';
import {member} from './compose-member.ts';

export type Actor = 'runner' | 'watchdog';

/** The caller closes it. */
export async function openSide(plan: Plan, side: Side, migration: MigrationRef, effects: Effects, actor: Actor): Promise<Database> {
  const {engine: name, url: reference, tls} = plan[side];
  const engine = member('engine', ENGINES, name);
  const url = await resolveDatabaseUrl(reference);
  if (!engine.schemes.includes(url.scheme)) throw ofAnotherEngine(isInPlace(plan) ? 'database' : side, engine, url);
  return engine.open({
    url,
    side,
    migration,
    effects,
    actor,
    ...(tls ? {tls} : {}),
    ...(plan.load.valueBytesMax === undefined ? {} : {valueBytesMax: plan.load.valueBytesMax}),
  });
}

const ofAnotherEngine = (section: string, {name, schemes: [usual]}: Engine, url: DatabaseUrl): TerminalError =>
  new TerminalError(
    `${section}.engine of the plan is ${name}, whose addresses begin with ${usual}://, and ${section}.url leads to ${String(url)}`,
    {
      code: 'CF-PLAN-005',
      next: `correct ${section}.engine in the plan, or what ${section}.url refers to`,
    },
  );
