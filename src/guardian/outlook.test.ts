import {describe, expect, it, test} from 'vitest';
import {type Look, outlooksOf} from './outlook.ts';

const GIB = 1024 ** 3;
const MARGIN_MS = 30 * 60_000;
const kept = (keptBytes: number, leftBytes: number | undefined, more = {}) => ({
  keptBytes,
  leftBytes,
  bytesPerSecond: undefined,
  writtenBytes: 0,
  isGivenUp: false,
  ...more,
});
const disk = (freeBytes: number, totalBytes = 100 * GIB) => [{holds: 'data' as const, freeBytes, totalBytes}];
const only = (...looks: readonly Look[]) => {
  const [outlook] = outlooksOf(looks, MARGIN_MS);
  return outlook;
};

describe('a disk', () => {
  it.each([
    ['has stood still', 50 * GIB, 50 * GIB, 'well', undefined],
    ['shrinks', 40 * GIB, 50 * GIB, 'well', undefined],
    ['lasts longer than the margin', 51 * GIB, 50 * GIB, 'well', 3_000_000],
    ['lasts no longer than the margin', 13 * GIB, 12 * GIB, 'soon', 720_000],
    ['is down to the reserve', 0.2 * GIB, 0.2 * GIB, 'limit', undefined],
    ['has little of the reserve left', 0.01 * GIB, 0.01 * GIB, 'over', undefined],
  ])('that %s', (_what, before, after, level, lastsMs) => {
    const outlook = only({atMs: 0, kept: undefined, disks: disk(before)}, {atMs: 60_000, kept: undefined, disks: disk(after)});
    expect(outlook).toMatchObject({kind: 'disk', what: 'data', level});
    expect(outlook?.lastsMs === undefined ? undefined : Math.round(outlook.lastsMs / 1000) * 1000).toBe(lastsMs);
  });

  it('that is small holds back a tenth only, and a fifth where it fills quickly', () => {
    const at = (atMs: number, free: number): Look => ({atMs, kept: undefined, disks: disk(free, 1000)});
    expect(only(at(0, 101))?.level).toBe('well');
    expect(only(at(0, 100))?.level).toBe('limit');
    expect(only(at(0, 900), at(1000, 200))?.level).toBe('limit');
  });
});

describe('a slot', () => {
  it('without a limit has no outlook, however much is kept', () => {
    expect(outlooksOf([{atMs: 0, kept: kept(90 * GIB, undefined), disks: []}], MARGIN_MS)).toEqual([]);
  });

  it('is measured by the log that is written, not by what is kept', () => {
    const looks = [0, 60_000].map((atMs, i): Look => ({atMs, kept: kept(GIB, 10 * GIB, {writtenBytes: i * GIB}), disks: []}));
    expect(only(...looks)).toMatchObject({kind: 'slot', what: 'max_slot_wal_keep_size', level: 'soon', lastsMs: 600_000});
  });

  it('that the server may take away at any moment is over', () => {
    expect(only({atMs: 0, kept: kept(GIB, undefined, {isGivenUp: true}), disks: []})?.level).toBe('over');
  });
});

describe('a log that the server keeps by its own rules', () => {
  const rules = (leftMs: number | undefined) => ({leftMs, byAge: 'binlog_expire_logs_seconds', bySize: 'max_binlog_total_size'});
  const look = (leftMs: number | undefined, leftBytes?: number, isGivenUp = false): Look => ({
    atMs: 0,
    kept: kept(GIB, leftBytes, {isGivenUp, ownRules: rules(leftMs)}),
    disks: [],
  });

  it.each([
    [31 * 60_000, 'well'],
    [MARGIN_MS, 'soon'],
    [5 * 60_000, 'limit'],
    [0, 'over'],
  ])('with %i ms until it is too old is %s', (leftMs, level) => {
    const age = {kind: 'age', what: 'binlog_expire_logs_seconds', lastsMs: leftMs, level};
    expect(outlooksOf([look(leftMs, undefined, leftMs === 0)], MARGIN_MS)).toMatchObject([age]);
  });

  it('has no outlook while only a person could purge it, and one more where its size is limited', () => {
    expect(outlooksOf([look(undefined)], MARGIN_MS)).toEqual([]);
    expect(outlooksOf([look(MARGIN_MS, 0, true)], MARGIN_MS)).toMatchObject([
      {kind: 'slot', what: 'max_binlog_total_size', level: 'over'},
      {kind: 'age', level: 'soon'},
    ]);
  });
});

test('both sides of a server are told apart, and nobody has looked yet', () => {
  const disks = [...disk(50 * GIB), {holds: 'log' as const, freeBytes: 0, totalBytes: GIB}];
  expect(outlooksOf([{atMs: 0, kept: undefined, disks}], MARGIN_MS).map(({what, level}) => [what, level])).toEqual([
    ['data', 'well'],
    ['log', 'over'],
  ]);
  expect(outlooksOf([], MARGIN_MS)).toEqual([]);
});

describe('what waits in a relay', () => {
  const wholeMs = 24 * 60 * 60_000;
  const look = (leftMs: number | undefined, whole = wholeMs): Look => ({
    atMs: 0,
    kept: kept(GIB, undefined),
    relayed: {leftMs, wholeMs: whole, byAge: 'retention.ms'},
    disks: [],
  });

  it.each([
    [wholeMs, 'well'],
    [MARGIN_MS, 'soon'],
    [5 * 60_000, 'limit'],
    [0, 'over'],
  ])('with %i ms until it is thrown away is %s (H-81)', (leftMs, level) => {
    expect(only(look(leftMs))).toMatchObject({kind: 'age', what: 'retention.ms', level, lastsMs: leftMs});
  });

  it('is well when it has just come, however short it is kept', () => {
    expect(only(look(MARGIN_MS, MARGIN_MS))?.level).toBe('well');
  });

  it('is no matter where it is kept for ever', () => {
    expect(outlooksOf([look(undefined)], MARGIN_MS)).toEqual([]);
  });
});
