import {expect, test} from 'vitest';
import {atCutover, ended, journal, runner, started, verdict} from '../../test/support/journal-facts.ts';
import type {JournalFact} from '../journal/journal.ts';
import {runState} from '../journal/run-state.ts';
import type {LiveReport} from '../telemetry/telemetry.ts';
import {METRICS, type SeenRun} from './metrics.ts';
import {serveMetrics} from './metrics-server.ts';
import {metricsText} from './metrics-text.ts';

const now = new Date('2026-05-01T12:00:00.000Z');
const seen = (facts: readonly JournalFact[], more: Partial<SeenRun> = {}): SeenRun => ({
  ...{id: 'm1', state: runState(journal(facts)), report: undefined, alive: undefined, now},
  ...more,
});
const report: LiveReport = {
  at: '2026-05-01T11:59:57.000Z',
  elapsedMs: 60_000,
  gauges: {lagMs: 1500, backlogBytes: 4096, rowsCopied: 12},
  samples: [],
  notes: [],
  room: [
    {side: 'source', kind: 'slot', what: 'max_slot_wal_keep_size', leftBytes: 1024, leftShare: 0.25, lastsMs: 60_000},
    {side: 'target', kind: 'disk', what: 'data', leftBytes: 4096, leftShare: 0.5},
  ],
  usage: [
    {side: 'source', connectionsShare: 0.4, longestStatementMs: 1500, cacheHitShare: 0.98},
    {side: 'target', connectionsShare: 0.1},
  ],
  waits: [{cause: 'a lock', since: '2026-05-01T11:58:00.000Z', owner: 'somebody', next: {command: 'x', why: 'y'}}],
};
/** `name{labels} value` lines, without what every line has. */
const linesOf = async (...runs: readonly SeenRun[]): Promise<readonly string[]> =>
  (await metricsText(runs))
    .split('\n')
    .filter((line) => line.startsWith('crossfade_'))
    .map((line) => line.replace('run="m1",name="shop-17-to-18"', '').replace('{,', '{').replace('{}', ''));

test('a run that waits at a gate, in base units', async () => {
  const lines = await linesOf(seen([...atCutover, verdict('replication-lag', false), verdict('approval', true)], {report, alive: true}));
  expect(lines).toEqual(
    expect.arrayContaining([
      'crossfade_run_info{workflow="live-migration",phase="cutover",status="waiting",open_side="source"} 1',
      'crossfade_gate_red{phase="cutover",gate="replication-lag"} 1',
      'crossfade_runner_alive 1',
      'crossfade_lag_seconds 1.5',
      'crossfade_backlog_bytes 4096',
      'crossfade_report_age_seconds 3',
      'crossfade_wait_seconds 120',
      'crossfade_room_ratio{side="target",kind="disk",what="data"} 0.5',
      'crossfade_room_seconds{side="source",kind="slot",what="max_slot_wal_keep_size"} 60',
      'crossfade_connections_ratio{side="source"} 0.4',
      'crossfade_connections_ratio{side="target"} 0.1',
      'crossfade_statement_longest_seconds{side="source"} 1.5',
      'crossfade_cache_hit_ratio{side="source"} 0.98',
      'crossfade_run_failed 0',
      'crossfade_throttle_ratio{work="copy"} 0',
    ]),
  );
  expect(lines.filter((line) => line.includes('approval'))).toEqual([]);
  expect(lines.filter((line) => line.startsWith('crossfade_room_seconds'))).toHaveLength(1);
});

test('what is watched after the switch has samples while the way back is kept, and not later', async () => {
  const slower = [{fingerprint: 'f', text: 'SELECT slow', source: {calls: 9, meanMs: 1}, target: {calls: 9, meanMs: 50}, factor: 50}];
  const plan = {
    fingerprint: 'f',
    text: 'SELECT slow',
    source: {cost: 1, rows: 1, nodes: []},
    target: {cost: 9000, rows: 1, nodes: []},
    found: [],
  };
  const plans = {compared: 2, worse: [plan, plan], unknown: []};
  const comparison = {since: '2026-05-01T11:00:00.000Z', compared: 3, waiting: 0, slowerInAll: 1, slower, unknown: [], plans};
  const inWindow: JournalFact[] = [
    ...atCutover,
    started('cutover'),
    {type: 'decision', what: 'commit', side: 'target', epoch: 1, evidence: {}},
    ended('cutover'),
    started('reverse-window'),
    {type: 'statements-compared', comparison},
  ];
  const figures = [
    {name: 'p95', max: 1, value: 1.5},
    {name: 'errors', max: 0.01},
  ];
  const told = async (facts: readonly JournalFact[]) =>
    (await linesOf(seen(facts, {report: {...report, figures, leftBehind: 2}}))).filter((line) =>
      /^crossfade_(?:application|statements|plans|clients)/.test(line),
    );
  expect(await told(inWindow)).toEqual([
    'crossfade_statements_slower 1',
    'crossfade_plans_worse 2',
    'crossfade_clients_left_behind 2',
    'crossfade_application_figure{figure="p95"} 1.5',
    'crossfade_application_limit{figure="p95"} 1',
    'crossfade_application_limit{figure="errors"} 0.01',
    'crossfade_application_measured{figure="p95"} 1',
    'crossfade_application_measured{figure="errors"} 0',
  ]);
  expect(
    await told([
      ...inWindow,
      ended('reverse-window', 'reverse'),
      started('reverse-cutover'),
      {type: 'decision', what: 'back', side: 'source', epoch: 2, evidence: {}},
    ]),
  ).toEqual([]);
});

test('what is not known has no sample', async () => {
  const lines = await linesOf(seen(atCutover));
  for (const name of ['crossfade_lag_seconds', 'crossfade_runner_alive', 'crossfade_comparison_equal', 'crossfade_canary_stall_seconds'])
    expect(lines.filter((line) => line.startsWith(name))).toEqual([]);
});

test('a failure, a comparison that found differences, and the stall of the newest cutover', async () => {
  const verification = {equal: false, tables: 1, rows: '3', differing: 1, uncompared: 0, at: '2026-05-01T11:00:00.000Z'};
  const facts: JournalFact[] = [
    ...atCutover,
    {type: 'verified', evidence: {verification}, repaired: 0, error: undefined},
    started('cutover'),
    {type: 'step-outcome', phase: 'cutover', step: 'prove', attempt: 1, evidence: {canary: {stallMs: 310}}},
    ended('cutover'),
    {type: 'failed', code: 'CF-CONN-001', error: 'gone'},
  ];
  expect(await linesOf(seen(facts, {alive: false}))).toEqual(
    expect.arrayContaining([
      'crossfade_run_failed 1',
      'crossfade_run_failure_info{code="CF-CONN-001"} 1',
      'crossfade_runner_alive 0',
      'crossfade_comparison_equal 0',
      'crossfade_comparison_age_seconds 3600',
      'crossfade_canary_stall_seconds{phase="cutover"} 0.31',
    ]),
  );
});

test('names are in base units and stand once, and two runs stand beside each other', async () => {
  const names = METRICS.map(({name}) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !/^crossfade_[a-z_]+$/.test(name) || /_(ms|kb|percent)$/.test(name))).toEqual([]);
  const text = await metricsText([seen(atCutover), {...seen([...atCutover, runner(2)]), id: 'm2'}]);
  expect(text.match(/^crossfade_journal_entries/gm)).toHaveLength(2);
  expect(text.match(/^# TYPE crossfade_journal_entries gauge$/gm)).toHaveLength(1);
});

test('the server answers, says why it cannot, and lets go of its port', async () => {
  let look = (): Promise<string> => Promise.resolve('crossfade_up 1\n');
  const server = await serveMetrics({host: '127.0.0.1', port: 0}, () => look());
  const url = `http://127.0.0.1:${server.port}`;
  const good = await fetch(`${url}/metrics`);
  expect([good.status, good.headers.get('content-type'), await good.text()]).toEqual([
    200,
    expect.stringContaining('text/plain'),
    'crossfade_up 1\n',
  ]);
  look = () => Promise.reject(new Error('the journal cannot be read'));
  const bad = await fetch(`${url}/metrics`);
  expect([bad.status, await bad.text()]).toEqual([500, 'the journal cannot be read\n']);
  expect((await fetch(`${url}/`)).status).toBe(404);
  expect((await fetch(`${url}/metrics`, {method: 'POST'})).status).toBe(404);
  await expect(serveMetrics({host: '127.0.0.1', port: server.port}, look)).rejects.toThrow('EADDRINUSE');
  await server.close();
  await (await serveMetrics({host: '127.0.0.1', port: server.port}, look)).close();
});
