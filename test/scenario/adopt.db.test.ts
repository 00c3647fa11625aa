/** The journal is lost, old or altered: the databases know, and no phase is too late to be taken up from what they know (H-97). */
import {cpSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {currentPerson} from '../../src/cli/actor.ts';
import {openLetters} from '../support/letters.ts';
import {backUpState, entriesIn, killOnceKnown, loseAndAdopt, loseState, stateOf} from '../support/lost-state.ts';
import {keyed} from '../support/people.ts';
import type {At} from '../support/runner-effects.ts';
import {openShopStory} from '../support/shop-story.ts';
import {expectRefused, isPhaseEnded, isPhaseStarted, type Story} from '../support/story.ts';
import {untilTrue} from '../support/until.ts';

const FAILED = 1;
const HELD = 5;
const ABORTED = 6;
const UNKNOWN = 7;
const atTheGate = (story: Story) => story.untilFact('the gate', ({type}) => type === 'gate-verdict');
const waiting = {plan: {gates: {cutover: ['approval']}}};

const UP_TO_THE_GATE: readonly At[] = [
  {kind: 'sql.reply', label: 'schema: CREATE TABLE', times: 2},
  {kind: 'copy.end', label: 'copy: COPY', times: 3},
  {kind: 'sql.send', label: 'schema: CREATE INDEX', times: 2},
];
const DECIDED: At = {kind: 'sql.send', label: `work: UPDATE crossfade.fence SET state = 'released'`};

test('the state is lost in every phase, adopted each time, and nothing is lost: forward, back and forward again', {
  timeout: 900_000,
}, async () => {
  const plan = {gates: {cutover: ['replication-lag', 'checksum-match', 'approval']}, cutover: {start: 'manual', stallBudget: '8s'}};
  await using story = await openShopStory('adopted', 23, plan);
  const [first, ...others] = UP_TO_THE_GATE;
  if (!first) throw new Error('no point');
  await story.killAt(first, ['run', story.planFile]);
  await loseAndAdopt(story);
  for (const at of others) {
    await story.killAt(at);
    await loseAndAdopt(story);
  }
  await waitForCutover(story);
  await loseAndAdopt(story);
  const deciding = story.start(['resume'], {...DECIDED, act: 'kill'});
  await typed(story, 'cutover', '--confirm', 'adopted');
  expect(await deciding.ended, deciding.lastWords()).toBeNull();
  await loseAndAdopt(story);
  story.start(['resume']);
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  await killOnceKnown(story);
  await loseAndAdopt(story);
  await backAndForth(story);
  await story.expectNothingLost('target', 3);
});

/** With the approval given and every gate green. */
async function waitForCutover(story: Story): Promise<void> {
  story.start(['resume']);
  await atTheGate(story);
  await typed(story, 'approve', 'approval', '--reason', 'the story', '--yes');
  await story.untilFact('green gates', ({type}) => type === 'gates-passed');
  await killOnceKnown(story);
}

/** The decision back is lost with its journal too. */
async function backAndForth(story: Story): Promise<void> {
  const back = story.start(['resume'], {...DECIDED, act: 'kill'});
  await typed(story, 'reverse', '--confirm', 'adopted', '--reason', 'the story');
  expect(await back.ended, back.lastWords()).toBeNull();
  await loseAndAdopt(story);
  const last = story.start(['resume']);
  await story.untilFact('the way back', isPhaseEnded('reverse-cutover', 'done'));
  await typed(story, 'approve', 'approval', '--reason', 'the story', '--yes');
  await typed(story, 'cutover', '--confirm', 'adopted');
  await untilTrue('the target is open again', async () => (await story.facts()).filter(isPhaseEnded('cutover', 'done')).length === 2);
  await typed(story, 'complete', '--confirm', 'adopted', '--reason', 'the end');
  expect(await last.ended, last.lastWords()).toBe(0);
}

/** Refused until the run has come that far. */
const typed = (story: Story, ...words: readonly string[]): Promise<true> =>
  untilTrue(words.join(' '), async () => (await story.type(...words)).code === 0);

test('from another state folder: refused while the runner is alive; afterwards the first journal is the old one', async () => {
  await using story = await openLetters('elsewhere', waiting);
  const runner = story.start(['run', story.planFile]);
  await atTheGate(story);
  expectRefused(await story.typeElsewhere('adopt', story.planFile, '--json'), 'CF-LEASE-001', HELD, 'pid');
  expect(await entriesIn(join(story.folder, 'elsewhere'))).toEqual([]);
  expect(runner.isRunning).toBe(true);
  await runner.kill9();
  expectRefused(await story.type('adopt', story.planFile, '--json'), 'CF-VERB-001', 2, 'nothing is lost');
  // A run begun there before anybody thought of adopting does not stand in the way later.
  expectRefused(await story.typeElsewhere('run', story.planFile, '--json', '--yes'), 'CF-STATE-001', FAILED, 'state folder');
  expect(await story.typeElsewhere('adopt', story.planFile, '--reason', 'my machine now')).toMatchObject({code: 0});
  expectRefused(await story.type('resume', '--json', '--yes'), 'CF-STATE-002', UNKNOWN, 'adopted elsewhere');
  expect(await story.typeElsewhere('abort', '--yes', '--reason', 'the story')).toMatchObject({code: 0});
  expect((await story.typeElsewhere('resume', '--yes')).code).toBe(ABORTED);
  expect(await story.source.value(`SELECT to_regnamespace('crossfade')::text`)).toBeNull();
});

test('an old copy of the state, restored from a backup, is refused, and adopt brings it up to date (H-97)', async () => {
  await using story = await openLetters('restored', waiting);
  await story.killAt({kind: 'copy.end', label: 'copy: COPY'}, ['run', story.planFile]);
  const kept = backUpState(story);
  story.start(['resume']);
  await atTheGate(story);
  await story.killRunner();
  const newest = await entriesIn(stateOf(story));
  rmSync(stateOf(story), {recursive: true});
  cpSync(kept, stateOf(story), {recursive: true});
  expectRefused(await story.type('resume', '--json', '--yes'), 'CF-STATE-002', UNKNOWN, 'older copy');
  expectRefused(await story.type('events', '--verify', '--json'), 'CF-STATE-002', UNKNOWN, 'the copy on the source');
  expect(await story.type('adopt', story.planFile)).toMatchObject({code: 0});
  const entries = await entriesIn(stateOf(story));
  expect(entries.slice(0, -1)).toEqual(newest.slice(0, entries.length - 1));
  story.start(['resume']);
  await typed(story, 'approve', 'approval', '--reason', 'the story', '--yes');
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  expect(await story.type('events', '--verify')).toMatchObject({code: 0});
});

const TAMPER = `UPDATE crossfade.journal SET body = replace(body, 'prepare-target', 'preparetarget') WHERE body LIKE '%"phase-ended"%prepare-target%'`;

test('one side has an older copy: the longer one is the record. One side has an altered copy: a person has to choose', async () => {
  await using story = await openLetters('altered', waiting);
  const runner = story.start(['run', story.planFile]);
  await atTheGate(story);
  expect(await story.type('events', '--verify')).toMatchObject({code: 0, output: expect.stringContaining('agree')});
  await killOnceKnown(story);
  expect(runner.isRunning).toBe(false);
  await story.source.run('DELETE FROM crossfade.journal WHERE seq > 5');
  await loseAndAdopt(story);
  const entries = await entriesIn(stateOf(story));
  await story.target.run(TAMPER);
  expectRefused(await story.type('events', '--verify', '--json'), 'CF-STATE-002', UNKNOWN, 'the copy on the target');
  loseState(story);
  expectRefused(await story.type('adopt', story.planFile, '--json'), 'CF-STATE-002', UNKNOWN, '--from source');
  expectRefused(await story.type('adopt', story.planFile, '--from', 'target', '--reason', 'x', '--json'), 'CF-STATE-002', UNKNOWN);
  expect((await story.type('adopt', story.planFile, '--from', 'source', '--yes')).code, 'without a reason').toBe(2);
  expect(await entriesIn(stateOf(story))).toEqual([]);
  expect(await story.type('adopt', story.planFile, '--from', 'source', '--reason', 'somebody was at the target')).toMatchObject({code: 0});
  expect((await entriesIn(stateOf(story))).slice(0, -1)).toEqual(entries);
  expect(await story.type('events', '--verify')).toMatchObject({code: 0});
});

test('the state is lost when the runner had its lease and nothing more: the plan begins the journal', async () => {
  await using story = await openLetters('begun', waiting);
  await story.killAt({kind: 'sql.send', label: 'work: INSERT INTO crossfade.journal'}, ['run', story.planFile]);
  loseState(story);
  expect(await story.type('adopt', story.planFile, '--dry-run')).toMatchObject({
    code: 0,
    output: expect.stringContaining('nothing had been done'),
  });
  expect(await entriesIn(stateOf(story))).toEqual([]);
  expect(await story.type('adopt', story.planFile)).toMatchObject({code: 0});
  story.start(['resume']);
  await atTheGate(story);
  expect((await story.facts()).map(({type}) => type).slice(0, 3)).toEqual(['migration-created', 'adopted', 'runner-started']);
});

test('whom the plan of the lost run lets only look on may not adopt it, whatever the file says', async () => {
  const people = [
    {name: 'eve', role: 'view', accounts: [currentPerson().name], key: keyed('eve').key},
    {name: 'bob', role: 'approve', key: keyed('bob').key},
  ];
  await using story = await openLetters('looking-on', {plan: {...waiting.plan, approval: {quorum: 1, starterMay: true, people: people}}});
  story.start(['run', story.planFile]);
  await atTheGate(story);
  await killOnceKnown(story);
  loseState(story);
  const lease = () => story.target.value('SELECT epoch::text FROM crossfade.lease');
  const before = await lease();
  expect(await story.type('adopt', story.planFile, '--dry-run')).toMatchObject({code: 0});
  const typedFile = join(story.folder, 'other.yaml');
  writeFileSync(typedFile, readFileSync(story.planFile, 'utf8').replace(/(role"?: ?"?)view/, '$1operate'));
  expectRefused(await story.type('adopt', typedFile, '--json'), 'CF-VERB-003', 2, 'eve may view, and not adopt');
  expect(await entriesIn(stateOf(story))).toEqual([]);
  expect(await lease(), 'no lease was taken').toBe(before);
});
