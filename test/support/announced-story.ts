/** What the servers of a story saw of it, held against what `plan` had announced; and the other way round. */
import {expect} from 'vitest';
import type {Outline, OutlineStep} from '../../src/cli/outline.ts';
import {announcedParts, isAnnounced, isWorthTelling, missed, type Part, partsOf, stepsOf} from './announced.ts';
import type {PostgresServer} from './servers.ts';
import {statementsSeen, untilWritten} from './statement-log.ts';
import type {Sides, Story} from './story.ts';
import type {StoryDatabase} from './story-database.ts';

type Told = Pick<Story, 'type' | 'planFile' | 'facts'>;

/** What was announced before the run. */
export const planned = async ({type, planFile}: Pick<Told, 'type' | 'planFile'>): Promise<Outline> => {
  const {output, error, code} = await type('plan', planFile, '--json');
  expect(code, output + error).toBe(0);
  return JSON.parse(output) as Outline;
};

/** As the run's objects and sessions are named. */
export const shortOf = async (story: Pick<Told, 'type'>): Promise<string> => {
  const {id} = JSON.parse((await story.type('status', '--json')).output) as {id: string};
  return id.replaceAll('-', '').slice(0, 8);
};

/** Nothing on either side that nobody was told of, and of `steps` all that is certain has happened. */
export async function expectAnnounced(
  story: Pick<Story, 'type' | keyof Sides<unknown>>,
  servers: Sides<PostgresServer>,
  outline: Outline,
  steps: readonly OutlineStep[] = [...outline.start, ...outline.phases.flatMap((phase) => phase.steps)],
): Promise<void> {
  for (const side of ['source', 'target'] as const) {
    const seen = await seenBy(servers[side], story[side], await shortOf(story));
    const sure = await announcedParts(steps, side);
    expect({untold: await untold(seen, outline, side), missed: missed(sure, seen)}, side).toEqual(NOTHING);
  }
}

export const NOTHING = {untold: [], missed: []};

/** What is worth telling, of one run. */
export async function seenBy(server: PostgresServer, {run, value}: StoryDatabase, short: string): Promise<Part[]> {
  const mark = `the narrator looks at ${short}`;
  await run(`SELECT '${mark}'`);
  await untilWritten(server, mark);
  const database = (await value('SELECT current_database()')) ?? '';
  const parts: Part[] = [];
  for (const {application, sql} of statementsSeen(server, database))
    if (application.startsWith(`crossfade ${short} `)) parts.push(...(await partsOf(sql)));
  expect(parts.length).toBeGreaterThan(50);
  return parts;
}

export const untold = async (seen: readonly Part[], outline: Outline, side: 'source' | 'target'): Promise<string[]> => {
  const announced = await announcedParts(stepsOf(outline), side);
  return [
    ...new Set(seen.filter((part) => isWorthTelling(part) && !isAnnounced(part, announced)).map(({kind, text}) => `${kind}: ${text}`)),
  ];
};

/** Steps of the journal that nobody was told of. */
export const unknownSteps = async ({facts}: Pick<Told, 'facts'>, outline: Outline): Promise<string[]> => {
  const names = new Set(stepsOf(outline).map(({name}) => name));
  return [...new Set((await facts()).flatMap((fact) => (fact.type === 'step-intent' && !names.has(fact.step) ? [fact.step] : [])))];
};
