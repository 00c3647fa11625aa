import {expect, test} from 'vitest';
import type {LiveReport} from '../telemetry/telemetry.ts';
import {progressWords} from './why-working.ts';

const samples = Array.from({length: 51}, (_, minute) => ({elapsedMs: minute * 60_000, copiedShare: minute / 100}));
const gauges = {chunksDone: 50, chunksTotal: 100};
const report: LiveReport = {at: '2026-05-01T10:50:00.000Z', elapsedMs: 3_000_000, gauges, samples, notes: []};

test.each(['initial-load', 'backfill'])('%s tells how long it will take, but not while somebody holds it up', (phase) => {
  expect(progressWords(phase, report)).toBe('; 50 of 100 chunks done, about 40-62m to go');
  const wait = {cause: 'a lock', since: report.at, owner: 'its owner', next: {command: 'end it', why: 'it is in the way'}};
  expect(progressWords(phase, {...report, waits: [wait]})).toBe('; 50 of 100 chunks done');
});
