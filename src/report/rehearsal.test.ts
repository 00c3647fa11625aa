import {expect, test} from 'vitest';
import {atCutover, created, journal} from '../../test/support/journal-facts.ts';
import {runState} from '../journal/run-state.ts';
import type {RehearsalRecord} from '../model/rehearsal-record.ts';
import {pageOf} from './html/page.ts';
import {reportOf} from './report.ts';

test('a rehearsal is told by the same page, with its load and what it lets expect', () => {
  const side = {engine: 'postgres', version: 180000, versionText: '18', settings: {}, missingGrants: []};
  const record: RehearsalRecord = {
    ...{
      schemaVersion: 1,
      id: 'r',
      madeAt: '2026-11-22T10:00:00.000Z',
      by: 'ann',
      targetBytes: 1024,
      keptLogBytes: null,
      digest: 'd1',
      signed: null,
    },
    around: {
      ...{source: side, target: side, crossfade: '0.1.0', plan: {name: 'shop', checksum: 'c'}},
      tables: [{table: 'shop.orders', rows: 40, bytes: 4000}],
    },
    clone: {
      ...{versions: {source: 170000, target: 180000}, extent: 'a sample', readable: [], lookedFor: 3, leftOut: []},
      tables: [{table: 'shop.orders', rows: 10, bytes: 1000}],
    },
    leftOut: ['<poolers>'],
    phases: [{phase: 'initial-load', ms: 10_000, outcome: 'done', rowsMs: 10_000}],
    switches: [{direction: 'forward', decided: true, heldMs: 120}],
    load: {rows: 9, rate: 5, acknowledged: 8, refused: 1, unknown: 0, lost: 0, longestWaitMs: 130.25},
  };
  const entries = journal([{...created, rehearsal: {environment: null}}, ...atCutover.slice(1)]);
  const request = {...{id: 'm', entries, state: runState(entries), faults: [], madeAt: '2026-11-22T10:00:00.000Z', version: '0.1.0'}};
  const told = reportOf({...request, record});
  expect(told.rehearsal).toMatchObject({
    environment: null,
    record: {id: 'r'},
    forecast: {factor: 4, phases: [{phase: 'initial-load', ms: 40_000}]},
  });
  expect(pageOf(told)).toMatch(
    /rehearsal report<[^]*no write was lost<[^]*8 writes acknowledged, 0 lost[^]*waited 130 ms[^]*&#60;poolers&#62;[^]*phase initial-load<\/td><td>10s<\/td><td>~40s/,
  );
  expect(pageOf(told)).not.toMatch(/crossfade (?:complete|events --verify)/);
  expect(pageOf(reportOf(request))).toContain('what it came to is in its record');
  const real = journal(atCutover);
  const ofReal = reportOf({...request, entries: real, state: runState(real)});
  expect(ofReal.rehearsal).toBeNull();
  expect(pageOf(ofReal)).toContain('migration report<');
});
