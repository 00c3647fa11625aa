import {expect, test} from 'vitest';
import {
  ANN,
  approve,
  atCutover,
  BEFORE_CUTOVER,
  created,
  ended,
  journal,
  passed,
  runner,
  signal,
  started,
  through,
  verdict,
} from '../../test/support/journal-facts.ts';
import {and, approvedBy, createdWith, keyed} from '../../test/support/people.ts';
import {verifyChain} from '../journal/chain.ts';
import type {Entry, JournalFact} from '../journal/journal.ts';
import {runState} from '../journal/run-state.ts';
import {pageOf} from './html/page.ts';
import {type Report, reportOf} from './report.ts';

const step = (name: string, evidence?: unknown, phase = 'cutover'): JournalFact[] => [
  {type: 'step-intent', phase, step: name, attempt: 1},
  {type: 'step-outcome', phase, step: name, attempt: 1, evidence},
];
const verification = {equal: true, tables: 2, rows: '10', differing: 0, uncompared: 0, direction: 'forward'};
const checksums = {'shop.orders': {rows: '7', checksum: 'abc'}, 'shop.lines': {rows: '3', checksum: 'def'}};
const canary = {
  tokens: 9,
  lost: 0,
  stallMs: 310,
  paths: [
    {
      path: 'p',
      waits: [
        {upToMs: 10, count: 8},
        {upToMs: 500, count: 1},
      ],
    },
  ],
};

const slower = {
  ...{fingerprint: 'f', text: 'SELECT <slow>', source: {calls: 20, meanMs: 1}, target: {calls: 30, meanMs: 50}, factor: 50},
  plan: 'Seq Scan on <orders>',
};

const calledOff: JournalFact[] = [
  ...atCutover,
  verdict('replication-lag', false),
  verdict('replication-lag', false),
  verdict('replication-lag', true),
  approve(),
  signal({type: 'cutover'}),
  passed('replication-lag', 'approval'),
  started('cutover'),
  ...step('hold'),
  {type: 'step-intent', phase: 'cutover', step: 'drain', attempt: 1},
  {type: 'step-failed', phase: 'cutover', step: 'drain', attempt: 1, error: 'the stall budget was used up', code: 'CF-CUT-001'},
  ended('cutover', 'back', {reason: 'the stall budget was used up', attempt: 1}),
];
const moved: JournalFact[] = [
  ...calledOff,
  ...through('catch-up'),
  started('verify-data'),
  ...step('compare', {verification, checksums}, 'verify-data'),
  ended('verify-data', 'done', {verification, checksums}),
  {type: 'unlocked', holder: 'bob@old', since: '', epoch: 2, override: 'CF-LEASE-001', actor: ANN, reason: 'the machine burned'},
  runner(3),
  started('cutover'),
  ...step('hold'),
  ...step('decide', 'committed'),
  {type: 'decision', what: 'cutover forward', side: 'target', epoch: 3, evidence: {}},
  ended('cutover', 'done', {heldMs: 120, canary, leftOnClosedSide: [{role: 'shop_app', application: 'cron', sessions: 2}]}),
];

const report = (facts: readonly JournalFact[]): Report => {
  const entries = journal(facts);
  const faults = verifyChain('m1', entries);
  return reportOf({id: 'm1', entries, state: runState(entries), faults, madeAt: '2026-05-02T00:00:00.000Z', version: '0.1.0'});
};

test('an attempt that was called off, and the one that moved the traffic', () => {
  const [first, second] = report(moved).attempts;
  expect(first).toMatchObject({direction: 'forward', decided: false, reason: 'the stall budget was used up', heldMs: null, canary: {}});
  expect(first?.held).toEqual([
    {step: 'hold', fromMs: 0, ms: 60_000},
    {step: 'drain', fromMs: 120_000, ms: 60_000},
  ]);
  expect(second).toMatchObject({decided: true, reason: null, heldMs: 120, stallMs: 310, leftBehind: [{application: 'cron'}]});
});

test('people, their overrides, gates, comparisons, runners and troubles are told from the journal', () => {
  const told = report(moved);
  expect(told.deeds.map(({who, what, authenticated}) => [who, what, authenticated])).toEqual([
    ['ann', 'approve approval', false], // whatever the entry says of itself
    ['ann', 'cutover', false],
    ['ann', 'unlock: end bob@old', false],
  ]);
  expect(told.deeds.map(({became}) => became)).toEqual(['counted', null, null]);
  expect(told.overrides).toMatchObject([{override: 'CF-LEASE-001', reason: 'the machine burned'}]);
  expect(told.gates.map(({gate, go, looks}) => [gate, go, looks])).toEqual([
    ['replication-lag', false, 2],
    ['replication-lag', true, 1],
  ]);
  expect(told.comparisons).toMatchObject([{equal: true, tables: 2, rows: '10', repaired: 0}]);
  expect(told.digests).toEqual([
    {table: 'shop.orders', rows: '7', checksum: 'abc'},
    {table: 'shop.lines', rows: '3', checksum: 'def'},
  ]);
  expect(told.runners.map(({epoch, ended}) => [epoch, ended])).toEqual([
    [1, 'unlocked by ann'],
    [3, null],
  ]);
  expect(told.troubles.map(({where, code}) => [where, code])).toEqual([
    ['cutover/drain', 'CF-CUT-001'],
    ['cutover', null],
  ]);
  expect(told).toMatchObject({openSide: 'target', status: 'running', startedBy: 'host-1'});
  expect(told.remains.at(0)?.next).toBe('crossfade complete');
});

test('an approval is shown as signed when it is what its person has signed, with what became of it; one written later is not believed', () => {
  const [ann, bob] = [keyed('ann'), keyed('bob')];
  const seen = and([], createdWith(ann, bob), runner(1), ...through(...BEFORE_CUTOVER), verdict('checksum-match', true));
  const given = and(seen, approvedBy(ann, seen));
  const unused = shown(given);
  expect(unused.deeds).toMatchObject([{who: 'ann', authenticated: true, signed: {head: seen.length}, doubt: null, became: 'unused'}]);
  expect(pageOf(unused)).toMatch(new RegExp(`signed</span> over entry ${seen.length}, evidence <code>[0-9a-f]{16}</code>`));
  expect(shown(and(given, signal({type: 'reject', gate: 'approval'}))).deeds[0]).toMatchObject({who: 'ann', became: 'void'});
  const counted = and(given, passed('checksum-match', 'approval'), started('cutover'));
  expect(shown(counted).deeds).toMatchObject([{became: 'counted'}]);
  const forged = and(seen, {...approve(), actor: {...ANN, name: 'bob'}} as JournalFact);
  expect(shown(forged).deeds).toMatchObject([
    {who: 'bob', authenticated: false, became: 'void', doubt: expect.stringContaining('signed nothing')},
  ]);
  expect(pageOf(shown(forged))).toMatch(/not believed[^]*signed nothing/);
});

const shown = (entries: readonly Entry[]): Report =>
  reportOf({id: 'm1', entries, state: runState(entries), faults: [], madeAt: '2026-05-02T00:00:00.000Z', version: '0.1.0'});

test('the end of the way back leaves a record; one that says nothing is none', () => {
  const record = {at: '2026-05-01T12:00:00.000Z', flowedBackTo: '0/1A2B', dropped: [{side: 'target', what: 'its fence'}]};
  const copies = [{table: 'shop.orders', rows: 900, bytes: 65_536}];
  const parked = [{table: 'shop.orders', rows: 2}];
  const over = [
    ...moved,
    ...through('reverse-window'),
    started('decommission'),
    ended('decommission', 'done', {record: {...record, parked, copies, fencedYet: ['shop.orders']}}),
  ];
  const told = report(over);
  expect(told.decommission).toEqual({...record, parked, copies, fencedYet: ['shop.orders']});
  expect(pageOf(told)).toMatch(
    /up to <code>0\/1A2B<\/code>, deletions among them, and none behind it, but for rows that it could not hold: 2 of shop\.orders\.[^]*900[^]*64KiB/,
  );
  expect(pageOf(told)).toContain('triggers of that fence on shop.orders. They let everything pass');
  expect(report(moved).decommission).toBeNull();
  expect(report([...moved, ...through('reverse-window', 'decommission')]).decommission).toBeNull();
});

test('what a rehearsal let expect stands beside what came of it', () => {
  const phases = [
    {phase: 'initial-load', ms: 40_000, grows: true},
    {phase: 'cutover', ms: 1000, grows: false},
    {phase: 'soak', ms: 1, grows: false},
  ];
  const forecast = {factor: 4, phases, heldMs: 60, targetBytes: null, keptLogBytes: null};
  const verdicts = [{gate: 'rehearsed', go: true, evidence: 'rehearsed', forecast}];
  const at = moved.findIndex(({type}) => type === 'gates-passed');
  const told = report(moved.with(at, {type: 'gates-passed', phase: 'cutover', verdicts}));
  const [load, cutover] = ['initial-load', 'cutover'].map((phase) => told.visits.find((one) => one.phase === phase)?.ms ?? 0);
  expect(told.forecast).toMatchObject({factor: 4});
  expect(told.forecast?.lines).toEqual([
    {what: 'phase initial-load', forecastMs: 40_000, ms: load, ratio: (load ?? 0) / 40_000},
    {what: 'phase cutover', forecastMs: 1000, ms: cutover, ratio: (cutover ?? 0) / 1000},
    {what: 'phase soak', forecastMs: 1, ms: null, ratio: null},
    {what: 'longest hold', forecastMs: 60, ms: 120, ratio: 2},
  ]);
  expect(pageOf(told)).toContain('Forecast and what came of it');
  expect(report(moved).forecast).toBeNull();
  expect(pageOf(report(moved))).not.toContain('Forecast');
});

test('what statements cost after the switch is told with its figures, or why it is not known', () => {
  const comparison = {since: '2026-11-22T10:00:00.000Z', compared: 4, waiting: 1, slowerInAll: 1, slower: [slower], unknown: []};
  const told = report([...moved, {type: 'statements-compared', comparison}]);
  expect(told.statements).toMatchObject({comparison});
  expect(pageOf(told)).toMatch(
    /1 of 4 statements are slower[^]*<td>50\.0<\/td><td>1<\/td><td>20<\/td>[^]*SELECT &#60;slow&#62;[^]*Seq Scan on &#60;orders&#62;/,
  );
  const [source, target] = [
    {nodes: ['Index Scan'], rows: 3, cost: 8.5},
    {nodes: ['Seq Scan'], rows: 3, cost: 900},
  ];
  const found = [{kind: 'index-missing', table: 'shop.orders', index: 'orders_person', of: 'btree (person)'} as const];
  const worse = {fingerprint: 'p', text: 'SELECT <late>', source, target, found};
  const plans = {compared: 3, worse: [worse], unknown: [{reason: 'the target: no such table', statements: 2}]};
  const planned = report([...moved, {type: 'statements-compared', comparison: {notCompared: 'the target: it counts none', plans}}]);
  expect(planned.statements?.comparison.plans).toEqual(plans);
  expect(pageOf(planned)).toMatch(
    /it counts none[^]*1 of 3 statements have a worse plan[^]*SELECT &#60;late&#62;[^]*orders_person, which the target does not have[^]*Index Scan; cost 8\.5, 3 rows[^]*<td>2<\/td><td>the target: no such table<\/td>/,
  );
  const unknown = report([...moved, {type: 'statements-compared', comparison: {notCompared: 'the source: it counts none'}}]);
  expect(pageOf(unknown)).toContain('could not be compared: the source: it counts none');
  expect(report(moved).statements).toBeNull();
  expect(pageOf(report(moved))).not.toContain('Statements after the switch');
});

test('a phase that a crash interrupted is one visit, and a step nobody finished is not called done', () => {
  const crashed = [
    ...atCutover,
    started('cutover'),
    {type: 'step-intent', phase: 'cutover', step: 'hold', attempt: 1} as const,
    runner(2),
    started('cutover'),
  ];
  const visit = report(crashed).visits.filter(({phase}) => phase === 'cutover');
  expect(visit).toMatchObject([{endedAt: null, ms: null, steps: [{step: 'hold', ended: 'unknown', ms: null}]}]);
});

test('the page says it all, lets nothing run, asks nobody, and shows markup in names as text', () => {
  const evil = moved.map((fact) => (fact.type === 'migration-created' ? {...fact, name: '<script>alert(1)</script>'} : fact));
  const page = pageOf(report(evil));
  expect(page).toContain('&#60;script&#62;alert(1)');
  expect(page).not.toMatch(/<script|<link|<img|<iframe|\bsrc=|\bhref=|url\(|@import|\son[a-z]+=/i);
  for (const words of [
    'called off',
    'decided',
    '310 ms',
    'CF-LEASE-001',
    'the machine burned',
    'no-go',
    'shop.orders',
    'up to 500 ms',
    'unbroken',
  ])
    expect(page).toContain(words);
});

test('a journal that was altered says so, and an empty one still makes a page', () => {
  const entries = journal(moved).map((entry) => (entry.fact.type === 'decision' ? {...entry, fact: {...entry.fact, epoch: 9}} : entry));
  const altered = reportOf({id: 'm1', entries, state: runState(entries), faults: verifyChain('m1', entries), madeAt: '', version: ''});
  expect(altered.chain.faults.length).toBeGreaterThan(0);
  expect(pageOf(altered)).toContain('altered');
  expect(pageOf(report([created]))).toContain('None was tried.');
});
