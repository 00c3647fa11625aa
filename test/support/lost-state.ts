/** The state folder is gone, as after the loss of the machine that ran the migration; what it said is kept for comparison. */
import {cpSync, mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'vitest';
import type {Entry} from '../../src/journal/journal.ts';
import {runState} from '../../src/journal/run-state.ts';
import {openStateStore} from '../../src/journal/state-store.ts';
import {realEffects} from './effects.ts';
import {expectRefused, type Story} from './story.ts';
import {untilTrue} from './until.ts';

const FAILED = 1;

/** Of the only migration in that state. */
export async function entriesIn(state: string): Promise<readonly Entry[]> {
  const store = await openStateStore(state, realEffects());
  try {
    const [only] = await store.migrations();
    return only ? await (await store.open(only.id)).entries() : [];
  } finally {
    await store.close();
  }
}

export const stateOf = ({folder}: Pick<Story, 'folder'>): string => join(folder, 'state');

export function loseState(story: Pick<Story, 'folder'>): void {
  rmSync(stateOf(story), {recursive: true});
  mkdirSync(stateOf(story));
}

/** A backup, taken while nobody writes. */
export function backUpState(story: Pick<Story, 'folder'>): string {
  const kept = join(story.folder, 'kept');
  cpSync(stateOf(story), kept, {recursive: true});
  return kept;
}

/** What may not be lost. Steps are looked at anew, and gates asked anew. */
const IMPORTANT = /^(phase-|decision|signal|gates-passed|plan-amended|adopted)/;

/** SIGKILL once both databases have what is on record: an entry is here a moment earlier than there. */
export async function killOnceKnown(story: Story): Promise<void> {
  await untilTrue('both databases know everything', async () => {
    const newest = (await entriesIn(stateOf(story))).findLast(({fact}) => IMPORTANT.test(fact.type));
    const known = await Promise.all([story.source, story.target].map((side) => side.value('SELECT max(seq) FROM crossfade.journal')));
    return known.every((seq) => Number(seq) >= (newest?.seq ?? 0));
  });
  await story.killRunner();
}

/** The runner is dead. Without the state `resume` knows nothing and says what helps; `adopt` brings back what it was. */
export async function loseAndAdopt(story: Story): Promise<void> {
  const before = await entriesIn(stateOf(story));
  loseState(story);
  expectRefused(await story.type('resume', '--json'), 'CF-STATE-001', FAILED, 'crossfade adopt');
  const answer = await story.type('adopt', story.planFile, '--reason', 'the disk is gone');
  expect(answer.code, answer.error).toBe(0);
  const after = await entriesIn(stateOf(story));
  const kept = after.slice(0, -1);
  expect(kept).toEqual(before.slice(0, kept.length));
  expect(after.at(-1)?.fact).toMatchObject({type: 'adopted', entries: kept.length, reason: 'the disk is gone'});
  // What may be missing at the end are steps, which are looked at anew, and the words of the runner's farewell.
  const lost = before.slice(kept.length).map(({fact}) => fact.type);
  expect(lost.filter((type) => IMPORTANT.test(type))).toEqual([]);
  const [was, is] = [runState(before), runState(after)];
  for (const what of ['phase', 'attempt', 'attempts', 'approvals', 'epoch', 'openSide', 'signals', 'plan'] as const)
    expect(is[what], what).toEqual(was[what]);
}
