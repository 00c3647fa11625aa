import {expect, test} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import type {LiveReport} from '../telemetry/telemetry.ts';
import {createOutput} from './output.ts';
import {progressTelemetry} from './progress.ts';

function printed() {
  const lines: string[] = [];
  const sink = {write: (text: string) => void lines.push(text), on: () => sink};
  return {lines, output: createOutput(sink, sink, {json: false, quiet: false, verbose: false, color: false})};
}

test('a report is kept each second and at the end, with numbers, notes and samples for an estimate', async () => {
  const clock = fakeClock('2026-05-01T10:00:00.000Z');
  const kept: LiveReport[] = [];
  const telemetry = progressTelemetry(printed().output, clock, async (report) => void kept.push(report));
  telemetry.gauge('rowsCopied', 10);
  telemetry.gauge('copiedShare', 0.1);
  telemetry.note('phase assess');
  await clock.advance(1000);
  telemetry.gauge('rowsCopied', 30);
  telemetry.gauge('copiedShare', 0.3);
  for (let i = 1; i <= 7; i++) telemetry.note(`note ${i}`);
  await clock.advance(1000);
  expect(kept).toHaveLength(2);
  expect(kept[0]).toMatchObject({
    elapsedMs: 1000,
    gauges: {rowsCopied: 10, copiedShare: 0.1},
    notes: [{at: '2026-05-01T10:00:00.000Z', text: 'phase assess'}],
  });
  expect(kept[1]?.notes.map(({text}) => text)).toEqual(['note 3', 'note 4', 'note 5', 'note 6', 'note 7']);
  expect(kept[1]?.samples).toEqual([
    {elapsedMs: 1000, copiedShare: 0.1},
    {elapsedMs: 2000, copiedShare: 0.3},
  ]);
  telemetry.gauge('rowsCopied', 31);
  await telemetry.close();
  expect(kept.at(-1)?.gauges).toEqual({rowsCopied: 31, copiedShare: 0.3});
});

test('what holds the run up is in the report, longest first, until it is over', async () => {
  const clock = fakeClock('2026-05-01T10:00:00.000Z');
  const kept: LiveReport[] = [];
  const telemetry = progressTelemetry(printed().output, clock, async (report) => void kept.push(report));
  const wait = (since: string) => ({cause: 'a lock', since, owner: 'somebody', next: {command: 'end it', why: 'it is in the way'}});
  telemetry.wait('short', wait('2026-05-01T09:59:58.000Z'));
  telemetry.wait('long', wait('2026-05-01T09:59:00.000Z'));
  telemetry.work('index', 'half');
  await clock.advance(1000);
  expect(kept.at(-1)).toMatchObject({waits: [{since: '2026-05-01T09:59:00.000Z'}, {since: '2026-05-01T09:59:58.000Z'}], work: ['half']});
  for (const key of ['short', 'long']) telemetry.wait(key, undefined);
  telemetry.work('index', undefined);
  await clock.advance(1000);
  expect(kept.at(-1)).toMatchObject({waits: [], work: []});
  await telemetry.close();
});

test('a state that cannot be written does not end the run, and is told once when it stays so', async () => {
  const clock = fakeClock();
  const {lines, output} = printed();
  const telemetry = progressTelemetry(output, clock, () => Promise.reject(new Error('disk full')));
  await clock.advance(4000);
  expect(lines.join('')).not.toContain('disk full');
  await clock.advance(10_000);
  await telemetry.close();
  expect(lines.filter((line) => line.includes('others see old numbers of this run: disk full'))).toHaveLength(1);
});

test('a line that says the same as the one before comes again after half a minute, and no sooner', async () => {
  const clock = fakeClock('2026-05-01T10:00:00.000Z');
  const {lines, output} = printed();
  const telemetry = progressTelemetry(output, clock);
  for (let minute = 0; minute < 60; minute++) await clock.advance(60_000); // from then on its time counts in minutes
  lines.length = 0;
  await clock.advance(60_000);
  expect(lines.map((line) => line.slice(0, 19))).toEqual(['2026-05-01T11:00:30', '2026-05-01T11:01:00']);
  await telemetry.close();
});
