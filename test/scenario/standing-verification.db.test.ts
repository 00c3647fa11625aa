/**
 * A comparison stays true until the switch (hazards §4.2, "Freshness"): rows that change after it are compared again while
 * gates wait and once more while both sides stand still; after a restart all rows are. Each letter whose body is long
 * keeps it out of line, so a change of its subject leaves a body alone that somebody has changed on the target.
 */
import {existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {JournalFact} from '../../src/journal/journal.ts';
import {writeUnseen} from '../support/behind-our-back.ts';
import {bothChecksums, openLetters} from '../support/letters.ts';
import {isPhaseEnded, isPhaseStarted, type Story} from '../support/story.ts';
import {untilTrue} from '../support/until.ts';

const gates = {cutover: ['checksum-match', 'approval']};
/** Its first attempt is the one that is looked at, so it has all the time that a plan can give. */
const atOnce = {gates: {cutover: ['checksum-match']}, cutover: {start: 'auto', stallBudget: '10s'}};
const verdicts = async (story: Story, go: boolean): Promise<readonly string[]> =>
  (await story.facts()).flatMap((fact) =>
    fact.type === 'gate-verdict' && fact.verdict.gate === 'checksum-match' && fact.verdict.go === go ? [fact.verdict.evidence] : [],
  );
const atTheGate = (story: Story) => untilTrue('the gate is green but for a person', async () => (await verdicts(story, true)).length > 0);
const verified = (story: Story, equal: boolean) =>
  story.untilFact(`a comparison that found the sides ${equal ? 'equal' : 'different'}`, (fact) => {
    // As `evidenceOf` wrote it.
    const {verification} = (fact.type === 'verified' ? fact.evidence : {}) as {verification?: {equal: boolean}};
    return verification?.equal === equal;
  });
const approve = (story: Story) => story.type('approve', 'approval', '--reason', 'the story', '--yes');

/** Evidence of every time that step was done, oldest first. */
const outcomes = async (story: Story, step: string): Promise<readonly Record<string, unknown>[]> =>
  (await story.facts()).flatMap((fact) =>
    fact.type === 'step-outcome' && fact.step === step ? [fact.evidence as Record<string, unknown>] : [],
  );
const tamper = (story: Story, code: string) =>
  writeUnseen(story.target, `UPDATE post.letters SET body = 'of somebody else' WHERE code = '${code}'`);
const touch = (story: Story, code: string) => story.source.run(`UPDATE post.letters SET subject = 'touched' WHERE code = '${code}'`);

test('rows that changed after the comparison are compared before the switch, in both directions', async () => {
  await using story = await openLetters('standing', {plan: {gates}});
  story.start(['run', story.planFile]);
  await atTheGate(story);
  await story.source.run(
    `UPDATE post.letters SET subject = 'new', body = 'new' WHERE code < 'L000301'`,
    `DELETE FROM post.visits WHERE person = 9`,
    `UPDATE post.letters SET code = 'M' || code WHERE code BETWEEN 'L001500' AND 'L001509'`,
  );
  const isApplied = `SELECT count(*) FROM post.letters WHERE subject = 'new' OR code LIKE 'M%'`;
  await untilTrue('the stream has carried it', async () => (await story.target.value(isApplied)) === '310');
  await approve(story);
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  const passed = (await story.facts()).find(({type}) => type === 'gates-passed');
  expect(JSON.stringify(passed)).toMatch(/equal, 3\d\d rows changed since, \d+ compared again/);
  const facts = await story.facts();
  const isCompared = (fact: JournalFact) => fact.type === 'step-outcome' && fact.step === 'compare-changed';
  expect(facts.slice(facts.findLastIndex(isPhaseStarted('cutover'))).filter(isCompared), 'twice in the attempt').toHaveLength(2);
  const [check] = await outcomes(story, 'final-check');
  expect(check).toMatchObject({counts: {'post.visits': expect.any(String)}, changed: {isKnown: true, left: 0}});
  await story.target.run(`UPDATE post.visits SET visits = visits + 1 WHERE person < 5`);
  await untilTrue('the way back', async () => (await story.type('reverse', '--confirm', 'standing', '--reason', 'the story')).code === 0);
  await story.untilFact('the source serves again', isPhaseEnded('reverse-cutover', 'done'));
  expect((await outcomes(story, 'final-check')).at(-1)).toMatchObject({changed: {isKnown: true, left: 0}});
  const {source, target} = await bothChecksums(story);
  expect(target).toEqual(source);
});

test('a row that differs where the application has changed it is found at the gate, any other by the next comparison of all rows', async () => {
  await using story = await openLetters('found', {plan: {gates}});
  story.start(['run', story.planFile]);
  await atTheGate(story);
  await tamper(story, 'L000020');
  await tamper(story, 'L000040');
  await touch(story, 'L000020');
  expect(JSON.stringify(await verified(story, false))).toMatch(/post\.letters \(1 rows; key #\w{16} different: body\)/);
  await approve(story);
  await untilTrue('the gate is red', async () => (await verdicts(story, false)).some((evidence) => evidence.includes('1 rows differ')));
  expect((await story.facts()).some(isPhaseStarted('cutover'))).toBe(false);
  const healed = await story.type('verify', '--repair');
  expect(healed).toMatchObject({code: 0, output: expect.stringContaining('2 rows were read again')});
  expect(healed.output, 'the stream had a hand in one of them').toMatch(/post\.letters: 1 repaired, cause: unknown/);
  expect(healed.output).toMatch(/post\.letters: 1 repaired, cause: not in the log/);
  // Until the repaired rows are compared again, they still differ as well, and that is told first.
  await untilTrue('the gate asks for a person, and for nothing else', async () =>
    (await story.type('status')).output.includes('crossfade approve checksum-match --reason TEXT'),
  );
  expect(await story.type('approve', 'checksum-match', '--yes'), 'without a reason').toMatchObject({code: 2});
  expect((await verdicts(story, false)).at(-1)).toMatch(/1 repaired rows of post\.letters have no known cause/);
  expect((await story.facts()).some(isPhaseStarted('cutover'))).toBe(false);
  expect(await story.type('approve', 'checksum-match', '--yes', '--reason', 'the story did it')).toMatchObject({code: 0});
  await approve(story); // what was approved before was another finding
  await story.untilFact('the cutover', isPhaseEnded('cutover', 'done'));
  const {source, target} = await bothChecksums(story);
  expect(target).toEqual(source);
});

test('a runner that was killed at the gate does not know what changed, and compares all rows again', async () => {
  await using story = await openLetters('restarted', {plan: {gates}});
  const runner = story.start(['run', story.planFile]);
  await atTheGate(story);
  await story.killRunner();
  expect(await runner.ended).toBeNull();
  await tamper(story, 'L000020');
  await touch(story, 'L000020');
  await approve(story);
  story.start(['resume']);
  expect(JSON.stringify(await verified(story, false))).toMatch(/key #\w{16} different: body/);
  expect((await verdicts(story, false)).join('\n')).toMatch(/what changed since the comparison of \d\d:\d\d UTC is not known/);
  await story.killRunner();
  await writeUnseen(story.target, `UPDATE post.letters SET body = (SELECT repeat(md5('20'), 640)) WHERE code = 'L000020'`);
  story.start(['resume']);
  await verified(story, true);
  await approve(story); // a difference was found since
  await story.untilFact('the cutover', isPhaseEnded('cutover', 'done'));
});

test('a row that differs when both sides stand still calls the attempt off and is named', async () => {
  await using story = await openLetters('called-off', {plan: atOnce});
  const file = join(story.folder, 'held');
  const runner = story.start(['run', story.planFile], {kind: 'admin.command', label: 'router hold', act: 'wait', file});
  await untilTrue('the hold', () => existsSync(`${file}.reached`));
  await tamper(story, 'L000020');
  await touch(story, 'L000020');
  writeFileSync(`${file}.go`, '');
  const back = await story.untilFact('the attempt is over', isPhaseEnded('cutover'));
  expect(back).toMatchObject({
    outcome: 'back',
    evidence: {reason: expect.stringMatching(/^1 rows differ: post\.letters \(1 rows; key #\w{16} different: body\)$/)},
  });
  expect(await runner.ended, 'the comparison of all rows finds it too, and stops the run').not.toBe(0);
  await story.untilFact('the failure', (fact) => fact.type === 'failed' && fact.code === 'CF-VERIFY-001');
  await story.source.run(`UPDATE post.visits SET visits = visits + 1 WHERE person = 3`);
});

test('a table that was emptied in the last moment is compared as a whole while both sides stand still', async () => {
  await using story = await openLetters('emptied', {plan: atOnce});
  const file = join(story.folder, 'held');
  story.start(['run', story.planFile], {kind: 'admin.command', label: 'router hold', act: 'wait', file});
  await untilTrue('the hold', () => existsSync(`${file}.reached`));
  await story.source.run('TRUNCATE post.visits', `INSERT INTO post.visits VALUES ('2031-01-01', 1, 1)`);
  const applied = `SELECT visits FROM post.visits WHERE day = '2031-01-01'`;
  await untilTrue('the stream has carried it', async () => (await story.target.value(applied)) === '1');
  await writeUnseen(story.target, `UPDATE post.visits SET visits = 2 WHERE day = '2031-01-01'`);
  writeFileSync(`${file}.go`, '');
  const back = await story.untilFact('the attempt is over', isPhaseEnded('cutover'));
  expect(back).toMatchObject({outcome: 'back', evidence: {reason: expect.stringMatching(/post\.visits .* different: visits/)}});
});

test('a row found to differ in the reverse window keeps the way back closed until it is repaired', async () => {
  await using story = await openLetters('window', {plan: {gates: {cutover: ['checksum-match']}}});
  story.start(['run', story.planFile]);
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  await writeUnseen(story.source, `UPDATE post.letters SET body = 'of somebody else' WHERE code = 'L000020'`);
  await story.target.run(`UPDATE post.letters SET subject = 'touched' WHERE code = 'L000020'`);
  await verified(story, false);
  const reverse = async () => (await story.type('reverse', '--confirm', 'window', '--reason', 'the story')).code === 0;
  await untilTrue('the way back is asked for', reverse);
  const back = await story.untilFact('the attempt is over', isPhaseEnded('reverse-cutover'));
  expect(back).toMatchObject({outcome: 'back', evidence: {reason: expect.stringMatching(/post\.letters .* different: body/)}});
  expect(await story.type('verify', '--repair')).toMatchObject({code: 0, output: expect.stringContaining('1 rows were read again')});
  await untilTrue('the way back is asked for again', reverse);
  await story.untilFact('the source serves', isPhaseEnded('reverse-cutover', 'done'));
  const {source, target} = await bothChecksums(story);
  expect(target).toEqual(source);
});

test('one partition emptied by itself, which no stream tells, is found at the gate and before the switch (H-14)', async () => {
  await using story = await openLetters('part', {plan: {gates, schema: {kind: 'catalog'}}});
  await story.source.run(
    'CREATE TABLE post.meters (day date, id int, value int, PRIMARY KEY (day, id)) PARTITION BY RANGE (day)',
    `CREATE TABLE post.meters_old PARTITION OF post.meters FOR VALUES FROM ('2020-01-01') TO ('2025-01-01')`,
    `CREATE TABLE post.meters_new PARTITION OF post.meters FOR VALUES FROM ('2025-01-01') TO ('2030-01-01')`,
    `INSERT INTO post.meters SELECT date '2024-12-01' + i, i, i FROM generate_series(1, 60) AS i`,
  );
  story.start(['run', story.planFile]);
  await atTheGate(story);
  await story.source.run('TRUNCATE post.meters_old');
  expect(JSON.stringify(await verified(story, false))).toMatch(/post\.meters \(30 rows/);
  expect(await story.type('verify', '--repair')).toMatchObject({code: 0, output: expect.stringContaining('30 rows were read again')});
  await approve(story);
  await story.untilFact('the cutover', isPhaseEnded('cutover', 'done'));
  await untilTrue('the way back runs', async () => (await story.facts()).some(isPhaseStarted('reverse-window')));
  await story.target.run('TRUNCATE post.meters_new');
  await untilTrue('it is asked for', async () => (await story.type('reverse', '--confirm', 'part', '--reason', 'the story')).code === 0);
  const back = await story.untilFact('the attempt is over', isPhaseEnded('reverse-cutover'));
  expect(back).toMatchObject({outcome: 'back', evidence: {reason: expect.stringContaining('post.meters')}});
});
