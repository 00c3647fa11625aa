import {DatabaseSync} from 'node:sqlite';
import {join} from 'node:path';
import {describe, expect, it, vi} from 'vitest';
import {runnerHere, stateFolder, type} from '../../test/support/command-line.ts';
import {BEFORE_CUTOVER, created, ended, passed, started, through, verdict} from '../../test/support/journal-facts.ts';
import {evidenceDigest, NO_EVIDENCE} from '../journal/evidence.ts';
import type {JournalFact} from '../journal/journal.ts';
import {currentPerson} from './actor.ts';

const ID = '0191aaaa-0000-7000-8000-000000000001';
const NAME = 'shop-17-to-18';
const atCutover: readonly JournalFact[] = [created, runnerHere(), ...through(...BEFORE_CUTOVER)];
const inWindow: readonly JournalFact[] = [
  ...atCutover,
  started('cutover'),
  {type: 'decision', what: 'commit', side: 'target', epoch: 1, evidence: {}},
  ended('cutover'),
  started('reverse-window'),
];

/** A state with one run, and the verbs typed into it. */
async function runWith(...facts: readonly JournalFact[]) {
  const state = await stateFolder();
  await state.begin(ID, ...facts);
  const before = facts.length;
  return {
    ...state,
    type: (words: string, answers?: readonly string[]) => type([...words.split(' '), '--state', state.folder], answers),
    /** What the commands have added. */
    added: async () => (await state.facts(ID)).slice(before),
  };
}

describe('a signal', () => {
  it('is recorded with who, why, and the plan it was meant for', async () => {
    await using run = await runWith(...atCutover, verdict('approval', false));
    expect(await run.type('approve approval --yes --reason looked')).toMatchObject({
      code: 0,
      out: 'approve is recorded\n',
      err: 'Next: crossfade status\n',
    });
    expect(await run.added()).toEqual([
      {
        type: 'signal',
        signal: {type: 'approve', gate: 'approval', planChecksum: created.planChecksum, evidence: evidenceDigest(NO_EVIDENCE)},
        actor: currentPerson(),
        reason: 'looked',
      },
    ]);
  });

  it.each([
    ['reverse --confirm shop-17-to-18', atCutover, 'reverse does not fit: the run is about to begin cutover'],
    ['abort --yes', inWindow, 'abort does not fit: the run is in reverse-window'],
    ['approve aproval --yes', atCutover, 'approve aproval does not fit'],
  ])('%s in the wrong state is refused, and nothing is recorded', async (words, facts, message) => {
    await using run = await runWith(...facts);
    const {code, err} = await run.type(words);
    expect({code, added: await run.added()}).toEqual({code: 2, added: []});
    expect(err).toContain(message);
    expect(err).toContain('More: crossfade explain CF-VERB-001');
  });

  it('says when no runner is there to take it up', async () => {
    await using run = await runWith(...atCutover, {type: 'runner-stopped', reason: 'SIGTERM'});
    expect((await run.type('pause')).out).toBe('pause is recorded; no runner is at work, crossfade resume takes it up\n');
  });

  it('with --wait, returns when its effect is in the journal, with the exit code of that', async () => {
    await using run = await runWith(...inWindow);
    const waiting = run.type(`reverse --wait --json --confirm ${NAME}`);
    await vi.waitFor(async () => expect(await run.added()).toHaveLength(1));
    await run.append(ID, ended('reverse-window', 'reverse'), started('reverse-cutover'), ended('reverse-cutover', 'back'));
    const {code, out} = await waiting;
    expect(code).toBe(4);
    expect(JSON.parse(out)).toMatchObject({
      schemaVersion: 1,
      id: ID,
      recorded: true,
      text: 'the attempt was called off; the target serves',
    });
  });
});

describe('a question', () => {
  it('that nobody can be asked is exit 2 with the flag to pass', async () => {
    await using run = await runWith(...atCutover, passed('approval'));
    expect(await run.type('cutover')).toMatchObject({code: 2, err: expect.stringContaining(`Next: run it again with --confirm ${NAME}\n`)});
    expect(await run.type('cutover --yes')).toMatchObject({code: 2});
    expect(await run.type('cutover --no-input', [NAME])).toMatchObject({code: 2});
    expect(await run.type('cutover --confirm other')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--confirm says other, but the plan is shop-17-to-18'),
    });
    expect(await run.type('abort')).toMatchObject({code: 2, err: expect.stringContaining('Next: run it again with --yes\n')});
    expect(await run.type('reject approval')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Next: run it again with --reason TEXT'),
    });
    expect(await run.added()).toEqual([]);
  });

  it.each([
    ['cutover', 'yes', 0],
    ['cutover', NAME, 1],
    ['abort --reason late', 'n', 0],
    ['abort --reason late', '', 0],
    ['abort --reason late', 'y', 1],
  ])('%s answered "%s" at a terminal records %i', async (words, answer, recorded) => {
    await using run = await runWith(...atCutover, passed('approval'));
    const {code, err} = await run.type(words, [answer]);
    expect(code).toBe(0);
    expect(err.includes('Nothing was changed.')).toBe(recorded === 0);
    expect(await run.added()).toHaveLength(recorded);
  });

  it('left at the end of input changes nothing', async () => {
    await using run = await runWith(...atCutover, passed('approval'));
    expect(await run.type('cutover', [])).toMatchObject({code: 0, err: expect.stringContaining('Nothing was changed.')});
    expect(await run.added()).toEqual([]);
  });
});

describe('cutover and its gates', () => {
  it('is refused while a measured gate is red', async () => {
    await using run = await runWith(...atCutover, verdict('replication-lag', false));
    expect(await run.type(`cutover --confirm ${NAME}`)).toMatchObject({
      code: 4,
      err: expect.stringContaining('replication-lag is red (replication-lag false)'),
    });
    expect(await run.added()).toEqual([]);
  });

  it('waits for the measurement that an approval has made outdated', async () => {
    await using run = await runWith(...atCutover, verdict('approval', false));
    expect((await run.type('approve approval --yes')).code).toBe(0);
    const cutover = run.type(`cutover --confirm ${NAME}`);
    await run.append(ID, verdict('approval', true), passed('approval'));
    expect((await cutover).code).toBe(0);
    expect((await run.added()).at(-1)).toMatchObject({signal: {type: 'cutover'}});
  });

  it('believes a measurement that came after the approval', async () => {
    await using run = await runWith(...atCutover, verdict('approval', false));
    expect((await run.type('approve approval --yes')).code).toBe(0);
    await run.append(ID, verdict('approval', false));
    expect(await run.type(`cutover --confirm ${NAME}`)).toMatchObject({
      code: 4,
      err: expect.stringContaining('Next: crossfade approve approval'),
    });
  });
});

describe('which run', () => {
  const OTHER = '0191bbbb-0000-7000-8000-000000000002';

  it('is asked for when several are going on, and chosen by id, start of an id, or name', async () => {
    await using run = await runWith(...atCutover);
    await run.begin(OTHER, {...created, name: 'other'});
    expect(await run.type('pause')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/several runs are meant:\n {2}0191aaaa.* {2}shop-17-to-18 {2}waiting in cutover\n/),
    });
    expect((await run.type('status')).out).toMatch(/^RUN .*\n0191aaaa.*\n0191bbbb/);
    for (const name of [OTHER, '0191b', 'other'])
      expect(JSON.parse((await run.type(`status --json --run ${name}`)).out)).toMatchObject({id: OTHER, name: 'other'});
    expect(await run.type('status --run 0191')).toMatchObject({code: 2});
    expect(await run.type('status --run none')).toMatchObject({
      code: 2,
      err: expect.stringContaining('there is no run none in this state'),
    });
  });

  it('is the last one for reading, and none for changing, when all are finished', async () => {
    await using run = await runWith(created, started('assess'), ended('assess', 'abort'));
    expect((await run.type('status')).out).toBe(`${NAME} aborted: aborted: the source serves\n`);
    expect(await run.type('pause')).toMatchObject({code: 2, err: expect.stringContaining('no run is going on')});
  });

  it('is nobody in an empty state', async () => {
    await using state = await stateFolder();
    expect(await type(['status', '--state', state.folder])).toMatchObject({
      code: 1,
      err: expect.stringContaining('there is no run in this state'),
    });
  });
});

describe('status', () => {
  it('is one line for people', async () => {
    await using run = await runWith(...atCutover, verdict('approval', false));
    expect((await run.type('status')).out.replace(/ for \d+s: /, ': ')).toBe(
      `${NAME} waiting: waiting before cutover: approval is red (approval false) | owner: an approver | next: crossfade approve approval --run ${NAME} --reason TEXT\n`,
    );
  });

  it('is a document for programs', async () => {
    await using run = await runWith(...inWindow);
    expect(JSON.parse((await run.type('status --json')).out)).toMatchObject({
      schemaVersion: 1,
      id: ID,
      name: NAME,
      phase: 'reverse-window',
      state: 'waiting',
      waitingFor: {kind: 'window'},
      openSide: 'target',
      next: [{command: `crossfade reverse --confirm ${NAME}`}],
      runner: {pid: process.pid, alive: true, stopped: null},
      lastFailure: null,
    });
  });
});

describe('events', () => {
  it('prints one entry a line, as words or as JSON', async () => {
    await using run = await runWith(...atCutover, verdict('approval', false));
    const {out} = await run.type('events');
    expect(out.trim().split('\n')).toHaveLength(atCutover.length + 1);
    expect(out).toMatch(/^\d{4}-.*Z +1 migration-created shop-17-to-18: workflow live-migration/);
    expect(out.trim().split('\n').at(-1)).toContain('gate-verdict      approval red before cutover: approval false');
    const lines = (await run.type('events --json')).out
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines[0]).toMatchObject({schemaVersion: 1, seq: 1, fact: {type: 'migration-created'}});
  });

  it('follows until the run is final', async () => {
    await using run = await runWith(created, started('assess'));
    const following = run.type('events --follow');
    await run.append(ID, ended('assess', 'abort'));
    expect((await following).out).toContain('phase-ended       assess: abort');
  });

  it('--verify --offline finds an entry that was altered', async () => {
    await using run = await runWith(...atCutover);
    expect(await run.type('events --verify --offline')).toMatchObject({
      code: 0,
      out: expect.stringContaining('every one follows from the one before'),
    });
    const database = new DatabaseSync(join(run.folder, 'journal.sqlite'));
    database.exec("update entry set fact = replace(fact, 'initial-load', 'initial-lead') where seq = 7");
    database.close();
    expect(await run.type('events --verify --offline --json')).toMatchObject({code: 7, out: expect.stringContaining('CF-STATE-002')});
  });
});
