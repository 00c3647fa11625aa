import {expect, test} from 'vitest';
import type {Person} from '../model/person.ts';
import type {RehearsalRecord, Surroundings} from '../model/rehearsal-record.ts';
import {measures, NOW} from '../../test/support/measures.ts';
import {rehearsed} from './rehearsed.ts';

const MIB = 1024 * 1024;
const side = (version: number): Surroundings['source'] => ({
  engine: 'postgres',
  version,
  versionText: `${version / 10_000}`,
  settings: {wal_level: 'logical', max_wal_size: '1024MB', synchronous_commit: 'on'},
  missingGrants: ['GRANT SELECT ON shop.rare TO mover;'],
});
const around: Surroundings = {
  crossfade: '0.1.0',
  plan: {name: 'shop', checksum: 'a'.repeat(64)},
  source: side(170_004),
  target: side(180_001),
  tables: [
    {table: 'shop.orders', rows: 1_000_000, bytes: 400 * MIB},
    {table: 'shop.people', rows: 50_000, bytes: 20 * MIB},
    {table: 'shop.units', rows: 12, bytes: 8192},
  ],
};
const record: RehearsalRecord = {
  schemaVersion: 1,
  id: 'r1',
  madeAt: new Date(NOW.getTime() - 3_600_000).toISOString(),
  by: 'ann',
  around,
  clone: {
    versions: {source: 170_009, target: 180_001},
    extent: 'the whole source',
    tables: around.tables,
    readable: [],
    lookedFor: 9,
    leftOut: [],
  },
  leftOut: [],
  phases: [],
  switches: [
    {direction: 'forward', decided: false, heldMs: null},
    {direction: 'forward', decided: true, heldMs: 41},
    {direction: 'reverse', decided: true, heldMs: 52},
    {direction: 'forward', decided: true, heldMs: 47},
  ],
  load: {rate: 20, rows: 80, acknowledged: 900, refused: 0, unknown: 1, lost: 0, longestWaitMs: 130},
  targetBytes: 500 * MIB,
  keptLogBytes: MIB,
  digest: 'd',
  signed: null,
};

const people: readonly Person[] = [{name: 'ann', key: 'ed25519:x', role: 'approve', accounts: []}];

type Case = {
  readonly now?: Partial<Surroundings>;
  readonly was?: Partial<RehearsalRecord>;
  readonly signer?: string;
  readonly people?: readonly Person[];
  readonly settings?: Readonly<Record<string, unknown>>;
};
const check = ({now, was, signer, people: known, settings}: Case = {}) =>
  rehearsed.check(
    measures({
      settings: {record: 'shop.rehearsal.json', ...settings},
      rehearsal: async () => ({record: {...record, ...was}, signer}),
      surroundings: async () => ({...around, ...now}),
      approval: {quorum: 1, starterMay: false, expiresMs: 1, ...(known ? {people: known} : {})},
    }),
  );

const set = (of: 'source' | 'target', change: Partial<Surroundings['source']>): Case => ({now: {[of]: {...around[of], ...change}}});
const settings = (change: Readonly<Record<string, string>>) => ({settings: {...around.source.settings, ...change}});
const {wal_level: _, ...fewer} = around.source.settings;
const sized = (table: string, bytes: number): Case => ({
  now: {tables: around.tables.map((one) => (one.table === table ? {...one, bytes} : one))},
});

test('go when nothing has changed, with what was measured then', async () => {
  expect(await check()).toMatchObject({
    go: true,
    evidence: 'rehearsed 1h00m ago by ann (unsigned): the whole source; held 41 ms, 52 ms, 47 ms; 900 writes, none lost',
  });
  expect((await check({signer: 'ann', people})).evidence).toContain('by ann:');
});

test('with what is to be expected, by the size that the source has now', async () => {
  const {forecast} = await check(sized('shop.orders', 799 * MIB));
  expect(forecast).toMatchObject({factor: expect.closeTo(1.95), heldMs: 52});
  expect((await check({settings: {maxAge: '30m'}})).forecast).toBeUndefined();
});

test('go while it drifts within bounds: small tables, twice the size, rights that were missing then', async () => {
  expect((await check(sized('shop.units', 7 * MIB))).go).toBe(true);
  expect((await check(sized('shop.orders', 799 * MIB))).go).toBe(true);
  expect((await check({...sized('shop.orders', 2000 * MIB), settings: {factor: 8}})).go).toBe(true);
  expect((await check(set('source', {missingGrants: []}))).go).toBe(true);
});

/** One injected drift each; every one is a no-go that names it. */
const DRIFTS: readonly (readonly [string, Case, string])[] = [
  ['the plan was edited', {now: {plan: {name: 'shop', checksum: 'b'.repeat(64)}}}, 'the plan was changed since'],
  ['another plan', {now: {plan: {name: 'other', checksum: 'a'.repeat(64)}}}, 'the plan shop was rehearsed, not other'],
  ['another Crossfade', {now: {crossfade: '0.2.0'}}, 'crossfade was 0.1.0, and is 0.2.0'],
  ['a minor upgrade of the source', set('source', {version: 170_005, versionText: '17.0005'}), 'the version of the source was'],
  ['a major upgrade of the source', set('source', {version: 180_000}), "another version than the source's"],
  ['a minor upgrade of the target', set('target', {versionText: '18.0002'}), 'the version of the target was'],
  [
    'a clone of another version',
    {was: {clone: {...record.clone, versions: {source: 170_004, target: 170_004}}}},
    "another version than the target's",
  ],
  ['another engine', set('target', {engine: 'mariadb'}), 'the engine of the target was postgres'],
  ['a setting of the source', set('source', settings({max_wal_size: '64MB'})), 'max_wal_size of the source was 1024MB, and is 64MB'],
  ['a setting of the target', set('target', settings({synchronous_commit: 'off'})), 'synchronous_commit of the target was on'],
  ['a setting that cannot be seen any more', set('source', {settings: fewer}), 'wal_level of the source was logical, and is not known'],
  ['a setting that is new', set('target', settings({autovacuum: 'off'})), 'autovacuum of the target was not known'],
  [
    'a right taken away on the source',
    set('source', {missingGrants: ['GRANT a TO b;']}),
    'a right on the source is missing now: GRANT a TO b;',
  ],
  [
    'a right taken away on the target',
    set('target', {missingGrants: ['GRANT c TO d;']}),
    'a right on the target is missing now: GRANT c TO d;',
  ],
  ['a table that has grown', sized('shop.people', 90 * MIB), 'shop.people had'],
  ['a small table that has become large', sized('shop.units', 30 * MIB), 'shop.units had 8192 bytes'],
  ['a table that has shrunk', sized('shop.people', 2 * MIB), 'shop.people had'],
  ['a source that has grown', sized('shop.orders', 1000 * MIB), 'the source had'],
  ['a new table', {now: {tables: [...around.tables, {table: 'shop.new', rows: 0, bytes: 0}]}}, 'shop.new was not there'],
  ['a table that is gone', {now: {tables: around.tables.slice(1)}}, 'shop.orders is not there any more'],
  ['a rehearsal of long ago', {settings: {maxAge: '30m'}}, 'it is 1h00m old'],
  ['nobody known has signed', {people}, 'nobody whom the plan knows has signed it'],
  ['a rehearsal that did not come back', {was: {switches: record.switches.slice(0, 2)}}, 'it went forward, not forward, back and forward'],
  ['a rehearsal that lost a row', {was: {load: {...record.load, lost: 1}}}, 'it lost 1 rows'],
  ['a rehearsal without a load', {was: {load: {...record.load, acknowledged: 0}}}, 'nothing was written'],
];

test.each(DRIFTS)('no-go: %s', async (_name, drift, named) => {
  const {go, evidence} = await check(drift);
  expect({go, evidence}).toEqual({go: false, evidence: expect.stringContaining(named)});
});

test('what cannot be read is not measured', async () => {
  await expect(rehearsed.check(measures({settings: {record: 'x.json'}}))).rejects.toThrow('there is no record');
});
