import {expect, test} from 'vitest';
import {forecastOf, rowsMsOf} from './forecast.ts';
import type {RehearsalRecord} from './rehearsal-record.ts';

const record = {
  clone: {
    tables: [
      {table: 'a', rows: 10, bytes: 600},
      {table: 'b', rows: 1, bytes: 400},
    ],
  },
  phases: [
    {phase: 'initial-load', ms: 1000, outcome: 'done'},
    {phase: 'catch-up', ms: 300, outcome: 'done'},
    {phase: 'verify-data', ms: 400, outcome: 'done'},
    {phase: 'cutover', ms: 90, outcome: 'done'},
    {phase: 'reverse-window', ms: 77, outcome: 'reverse'},
    {phase: 'catch-up', ms: 999, outcome: 'done'},
  ],
  switches: [
    {direction: 'forward', decided: false, heldMs: 900},
    {direction: 'forward', decided: true, heldMs: 41},
    {direction: 'reverse', decided: true, heldMs: 52},
  ],
  targetBytes: 2000,
  keptLogBytes: null,
} as unknown as RehearsalRecord;

const sized = (bytes: number) => [{table: 'a', rows: 10, bytes}];

test('what is done row by row grows with the source; the rest, and what people decide, does not', () => {
  expect(forecastOf(record, sized(4000))).toEqual({
    factor: 4,
    phases: [
      {phase: 'initial-load', ms: 4000, grows: true},
      {phase: 'catch-up', ms: 300, grows: false},
      {phase: 'verify-data', ms: 1600, grows: true},
      {phase: 'cutover', ms: 90, grows: false},
    ],
    heldMs: 52,
    targetBytes: 8000,
    keptLogBytes: null,
  });
});

test('of a phase only the steps that read or write every row grow, where the record tells them apart', () => {
  const phases = [
    {phase: 'initial-load', ms: 1000, outcome: 'done', rowsMs: 700},
    {phase: 'catch-up', ms: 300, outcome: 'done', rowsMs: 200},
    {phase: 'cutover', ms: 90, outcome: 'done', rowsMs: 0},
  ];
  expect(forecastOf({...record, phases}, sized(4000)).phases).toEqual([
    {phase: 'initial-load', ms: 3100, grows: true},
    {phase: 'catch-up', ms: 900, grows: true},
    {phase: 'cutover', ms: 90, grows: false},
  ]);
});

test('steps of rows are copying, building and comparing, and never more than their phase', () => {
  const steps = [
    {step: 'start-stream', ms: 50},
    {step: 'copy-chunks', ms: 400},
    {step: 'analyze', ms: null},
  ];
  expect([rowsMsOf(steps, 1000), rowsMsOf(steps, 300)]).toEqual([400, 300]);
});

test('a source that is smaller than its clone was is expected to take as long as that', () => {
  expect(forecastOf(record, sized(100))).toMatchObject({factor: 1, targetBytes: 2000});
});
