/** `status` answers why a run is not done, where people, clocks and other machines are waited for, and where it has failed. */
import {hostname} from 'node:os';
import {expect, test} from 'vitest';
import {tokenOf} from '../../src/journal/signature.ts';
import {writeUnseen} from '../support/behind-our-back.ts';
import {openLetters} from '../support/letters.ts';
import {approvedBy, type Keyed, keyed} from '../support/people.ts';
import {isPhaseEnded, isPhaseStarted, type Story} from '../support/story.ts';
import {untilTrue} from '../support/until.ts';
import {ageReport, expectOver, expectWhy, record, stranger} from '../support/why.ts';

const OPERATOR = /^the operator$/;
const ME = /\w+ \(uid \d+\)/.source;
const APPROVE = /^crossfade approve approval --run \S+ --reason TEXT$/;
const HOUR_MS = 3_600_000;

const [ann, bob, cid] = [keyed('ann'), keyed('bob'), keyed('cid')];

const approve = (story: Story) =>
  story.type(
    ...['approve', 'approval', '--yes', '--reason', 'the story', '--token-file'],
    story.secret(tokenOf(ann.secret)).slice('file:'.length),
  );

/** Somebody else, from elsewhere. */
const recordApproval = (story: Story, person: Keyed, agoMs = 0): Promise<void> =>
  record(story, (entries, at) => approvedBy(person, entries, at), agoMs);

test('gates, people and the cutover: red, one of two, expired, by hand, called off, in the window', async () => {
  await using story = await openLetters('people', {
    plan: {
      gates: {cutover: ['replication-lag', 'schema-match', 'checksum-match', 'approval']},
      approval: {quorum: 2, starterMay: true, people: [ann, bob, cid].map(({name, key}) => ({name, key}))},
      cutover: {start: 'manual', stallBudget: '8s', onBlockers: 'abort'},
      reverse: {window: '1h'},
    },
  });
  story.start(['run', story.planFile]);
  const missing = /^waiting before cutover for \d+s: approval is red \(0 of 2 approvals\)$/;
  await expectWhy(story, {cause: missing, owner: /^an approver$/, next: APPROVE});

  await story.target.run('DROP INDEX post.letters_sender');
  const schema = {
    cause: /: schema-match is red \(1 differences?: .*letters_sender/,
    owner: /target's schema$/,
    next: 'crossfade verify --schema',
  };
  await expectWhy(story, schema);
  const listed = await story.type('verify', '--schema');
  expect(`${listed.output}${listed.error}`).toContain('letters_sender');
  await story.target.run('CREATE INDEX letters_sender ON post.letters (sender)');
  await expectOver(story, schema);

  await writeUnseen(story.target, `UPDATE post.visits SET visits = -1 WHERE person = 7`);
  await story.type('verify');
  const differs = {cause: /: checksum-match is red \(.*\b[1-9]\d* rows differ/, owner: OPERATOR, next: 'crossfade verify --repair'};
  await expectWhy(story, differs);
  await story.type('verify', '--repair', '--yes');
  await expectOver(story, differs);

  await approve(story);
  const one = {
    cause: /: approval is red \(1 of 2 approvals: ann\)$/,
    owner: /^an approver$/,
    next: APPROVE,
  };
  await expectWhy(story, one);
  await recordApproval(story, bob, 48 * HOUR_MS);
  await expectWhy(story, {...one, cause: /: approval is red \(1 of 2 approvals: .*; 1 expired after 1d00h\)$/});
  await recordApproval(story, cid);

  const ready = {
    cause: /^ready for cutover for \d+s: the plan starts it by hand$/,
    owner: OPERATOR,
    next: 'crossfade cutover --confirm people',
  };
  await expectWhy(story, ready);
  {
    await using blocker = await stranger(story, 'source');
    await blocker.run('BEGIN', `UPDATE post.letters SET subject = 'held' WHERE sender = 1`);
    await story.type('cutover', '--confirm', 'people');
    await story.untilFact('it was called off', isPhaseEnded('cutover', 'back'));
    const inTheWay = `the last cutover was called off \\d+s ago: .*in the way: process ${blocker.process} of \\w+ \\(a stranger\\), for [\\d.]+ s, idle in transaction`;
    await expectWhy(story, {...ready, cause: new RegExp(`^ready for cutover for \\d+s: .*; ${inTheWay}`)});
    await blocker.run('COMMIT');
  }
  await story.type('cutover', '--confirm', 'people');
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  await expectWhy(story, {
    cause: /^the target serves for \d+s; the way back is kept until \d{4}-\S+Z, another \d+m/,
    owner: /^nobody: it is a matter of time$/,
    next: 'crossfade reverse --confirm people',
  });
  await story.type('reverse', '--confirm', 'people', '--reason', 'the story');
  await expectWhy(story, {cause: missing, owner: /^an approver$/, next: APPROVE});
});

test('a limit that cannot be kept, pauses, a rejection, runners that are gone, and the end of the window', async () => {
  await using story = await openLetters('stands', {plan: {gates: {cutover: [{'replication-lag': {max: '1ms'}}, 'approval']}}});
  const runner = story.start(['run', story.planFile]);
  const lag = {
    cause: /: replication-lag is red \(lag \d+ ms \(limit 1 ms\)\)/,
    owner: /^nobody: it is measured again by itself$/,
    next: 'crossfade events -f',
  };
  expect((await expectWhy(story, lag)).next[0]?.why).toContain('crossfade amend FILE');

  await story.type('pause', '--yes', '--reason', 'the sale');
  const paused = `^paused at the gates of cutover for \\d+s, asked for by ${ME}: the sale`;
  const resume = {owner: new RegExp(`^${ME}$`), next: 'crossfade resume'};
  await expectWhy(story, {cause: new RegExp(`${paused}$`), ...resume});
  await runner.kill9();
  await expectWhy(story, {cause: new RegExp(`${paused}; the runner \\(process \\d+\\) is gone$`), ...resume});

  const wider = story.writePlan('wider.yaml', {gates: {cutover: [{'replication-lag': {max: '10m'}}, 'approval']}});
  expect(await story.type('amend', wider, '--yes', '--reason', 'the limit was too low')).toMatchObject({code: 0});
  const second = story.start(['resume']);
  const missing = {cause: /: approval is red \(0 of 1 approvals\)$/, owner: /^an approver$/, next: APPROVE};
  await expectWhy(story, missing);

  await story.type('reject', 'approval', '--yes', '--reason', 'not on a Friday');
  await expectWhy(story, {
    cause: new RegExp(`^paused at the gates of cutover for \\d+s: approval was rejected by ${ME}: not on a Friday$`),
    ...resume,
  });
  await story.type('resume');
  await expectWhy(story, missing);

  await second.kill9();
  await expectWhy(story, {
    cause: /^the runner \(process \d+\) is gone in cutover; its last entry is \d+s old \(number \d+\)$/,
    owner: OPERATOR,
    next: 'crossfade resume',
  });
  // A runner of another machine, which nobody here can look at.
  await record(story, () => ({type: 'runner-started', epoch: 9, holder: 'ann', host: `not-${hostname()}`, pid: 4711}), HOUR_MS);
  await ageReport(story, HOUR_MS);
  await expectWhy(story, {
    cause: new RegExp(`^the runner \\(process 4711 on not-${hostname()}\\) has said nothing for (?:60m|1h) in cutover`),
    owner: OPERATOR,
    next: 'crossfade unlock',
  });
  expect((await story.type('unlock', '--confirm', 'stands', '--yes', '--reason', 'it is gone')).output).not.toBe('');
  story.start(['resume']);
  await expectWhy(story, missing);
  expect(await story.type('approve', 'approval', '--yes', '--reason', 'the story')).toMatchObject({code: 0});
  await expectWhy(story, {
    cause: /^the target serves for \d+s; the reverse window is over since \d{4}-\S+Z$/,
    owner: OPERATOR,
    next: 'crossfade complete --confirm stands',
  });
  await untilTrue('it is complete', async () => (await story.type('complete', '--confirm', 'stands', '--reason', 'the end')).code === 0);
  await untilTrue('nothing is left to say', async () =>
    (await story.type('status')).output.includes('stands completed: done: the target serves\n'),
  );
});

test('what stops a run: a throttle, a schema change, rows that differ, a slot that is gone', async () => {
  await using story = await openLetters('stops', {plan: {gates: {cutover: ['approval']}, load: {parallel: 1, chunk: '1KiB'}}});
  await story.killAt({kind: 'sql.reply', label: 'UPDATE crossfade.chunk SET state', times: 2}, ['run', story.planFile]);
  await story.type('throttle', '--reason', 'the sale');
  const throttled = story.start(['resume']);
  const slow = {
    cause: new RegExp(`^copy is throttled to a standstill for \\d+s by ${ME}: the sale$`),
    owner: OPERATOR,
    next: 'crossfade unthrottle',
  };
  await expectWhy(story, slow);
  await story.type('unthrottle');
  const missing = {cause: /: approval is red \(0 of 1 approvals\)$/, owner: /^an approver$/, next: APPROVE};
  await expectWhy(story, missing);

  await story.source.run('ALTER TABLE post.visits ADD COLUMN weather text', `INSERT INTO post.visits VALUES ('2030-01-01', 1, 1, 'rain')`);
  await throttled.ended;
  const ddl = {
    cause: /^failed in cutover \d+s ago: .*post\.visits.*\(CF-DDL-001\)$/,
    owner: OPERATOR,
    next: 'crossfade explain CF-DDL-001',
  };
  expect((await expectWhy(story, ddl)).next[0]?.why).toContain('abort');

  await using other = await openLetters('differs', {plan: {gates: {cutover: ['approval']}}});
  await other.killAt({kind: 'sql.reply', label: 'work: ANALYZE'}, ['run', other.planFile]);
  await writeUnseen(other.target, 'UPDATE post.visits SET visits = 0 WHERE person = 1');
  expect(await other.start(['resume']).ended).toBe(4);
  const differs = {
    cause: /^failed in verify-data \d+s ago: [1-9]\d* rows differ: .*\(CF-VERIFY-001\)$/,
    owner: OPERATOR,
    next: 'crossfade verify --repair',
  };
  await expectWhy(other, differs);
  expect((await other.type('verify', '--repair', '--yes')).error).not.toContain('CF-');
  const mended = other.start(['resume']);
  await expectWhy(other, missing);

  await mended.kill9();
  const slots = `FROM pg_replication_slots WHERE database = current_database()`;
  await untilTrue('the slot is free', async () => (await other.source.value(`SELECT count(*) ${slots} AND active`)) === '0');
  await other.source.run(`SELECT pg_drop_replication_slot(slot_name) ${slots}`);
  expect(await other.start(['resume']).ended).toBe(1);
  await expectWhy(other, {cause: /^failed in \S+ \d+s ago: .*gap.*\(CF-SRC-004\)$/, owner: OPERATOR, next: 'crossfade abort'});
  await other.type('abort', '--yes', '--reason', 'the story');
  expect(await other.start(['resume']).ended).toBe(6);
  await untilTrue('it is undone', async () =>
    (await other.type('status')).output.startsWith('differs aborted: aborted: the source serves'),
  );
});
