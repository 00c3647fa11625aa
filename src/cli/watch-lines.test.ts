import {describe, expect, it, test} from 'vitest';
import {runnerHere, stateFolder, type} from '../../test/support/command-line.ts';
import {created, journal, runner, started, through, ended} from '../../test/support/journal-facts.ts';
import {realEffects} from '../../test/support/effects.ts';
import {runState} from '../journal/run-state.ts';
import {openStateStore} from '../journal/state-store.ts';
import type {LiveReport} from '../telemetry/telemetry.ts';
import {createOutput} from './output.ts';
import {WatchLines} from './watch-lines.ts';
import {watchView} from './watch-view.ts';
import {whyNotDone} from './why-not-done.ts';

const report = (rowsCopied: number): LiveReport => ({
  at: '2026-05-01T10:00:00.000Z',
  elapsedMs: 1000,
  gauges: {rowsCopied, rowsTotal: 100},
  samples: [],
  notes: [],
});

test('a line per entry, one when the numbers moved and five seconds have passed, one after half a minute of silence', () => {
  const printed: string[] = [];
  const sink = {write: (text: string) => void printed.push(text), on: () => sink};
  const lines = new WatchLines(createOutput(sink, sink, {json: false, quiet: false, verbose: false, color: false}), () => ({}));
  const entries = journal([created, runner(1), started('assess')]);
  const now = new Date('2026-05-01T10:03:00.000Z');
  const look = (seconds: number, rows: number, seen = entries): string[] => {
    const view = watchView({id: 'm1', state: runState(seen), entries: seen, report: report(rows), alive: true, now});
    lines.show(view, seen, now, seconds * 1000);
    return printed.splice(0);
  };
  const first = look(0, 1);
  expect(first).toHaveLength(entries.length + 1);
  for (const line of first) expect(line).toMatch(/^2026-05-01T10:0\d:00\.000Z .*\n$/);
  expect(first.at(-1)).toContain('copy 1/100 1.0%');
  expect(look(1, 2)).toEqual([]);
  expect(look(5, 3)).toEqual([expect.stringContaining('copy 3/100 3.0%')]);
  expect(look(34, 3)).toEqual([]);
  expect(look(35, 3)).toHaveLength(1);
  expect(look(36, 3, journal([created, runner(1), started('assess'), ended('assess')]))).toHaveLength(2);
});

describe('watch without a terminal', () => {
  const ID = '0191aaaa-0000-7000-8000-000000000001';
  const done = [created, runnerHere(), ...through('assess', 'prepare-target', 'initial-load', 'catch-up', 'verify-data', 'cutover')];
  const completed = [...done, ...through('reverse-window', 'decommission')];

  it('prints what happened and ends with the run', async () => {
    await using state = await stateFolder();
    await state.begin(ID, ...completed);
    const {code, out} = await type(['watch', '--state', state.folder]);
    expect(code).toBe(0);
    expect(out.trimEnd().split('\n')).toHaveLength(completed.length + 1);
    expect(out).toMatch(/ shop-17-to-18 completed \| done.*\n$/);
  });

  it('prints the document of status with --json, with the numbers of the runner', async () => {
    await using state = await stateFolder();
    await state.begin(ID, ...completed);
    const store = await openStateStore(state.folder, realEffects());
    await store.keepReport(ID, report(7));
    await store.close();
    const [watched, status] = await Promise.all(
      ['watch', 'status'].map(async (verb) => JSON.parse((await type([verb, '--json', '--state', state.folder])).out) as unknown),
    );
    expect(watched).toEqual(status);
    expect(status).toMatchObject({state: 'completed', live: {at: '2026-05-01T10:00:00.000Z', rowsCopied: 7, rowsTotal: 100}});
  });

  it('follows a run that goes on, until it is final', async () => {
    await using state = await stateFolder();
    await state.begin(ID, ...done);
    const watching = type(['watch', '--state', state.folder]);
    await state.append(ID, ...through('reverse-window', 'decommission'));
    const {code, out} = await watching;
    expect(code).toBe(0);
    expect(out).toMatch(/phase-ended decommission: done\n.* completed \| done/);
  });
});

test('what only the runner knows is said as status says it', () => {
  const entries = journal([created, runner(1), started('assess')]);
  const [state, at] = [runState(entries), entries.at(-1)?.at ?? ''];
  const wait = {
    cause: 'a statement waits behind process 7',
    since: at,
    owner: 'its owner',
    next: {command: 'end it', why: 'it is in the way'},
  };
  const live = {...report(1), at, waits: [wait]};
  const now = new Date(Date.parse(at) + 5000);
  const {why} = watchView({id: 'm1', state, entries, report: live, alive: true, now});
  expect(why).toEqual(whyNotDone(state, true, now, live));
  expect(why.cause).toBe('assess, for 5s: a statement waits behind process 7');
});
