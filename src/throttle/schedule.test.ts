import {expect, it} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import {nextOpening, schedule} from './schedule.ts';
import type {World} from './throttle.ts';

const NIGHTS = {
  zone: 'Europe/Berlin',
  windows: [
    {from: '22:00', to: '05:00'},
    {days: ['sat', 'sun'], from: '05:00', to: '22:00'},
  ],
};
const at = (now: string, settings: Readonly<Record<string, unknown>> = NIGHTS) =>
  schedule(settings, {clock: fakeClock(now)} as unknown as World).measure(undefined);

it('lets work go on at its hours, and says when they come', async () => {
  expect(await at('2026-01-13T23:00:00Z')).toMatchObject({go: true}); // Wednesday, midnight
  expect(await at('2026-01-13T12:00:00Z')).toEqual({
    go: false,
    words: 'tue 13:00 in Europe/Berlin (daily 22:00 to 05:00; sat, sun 05:00 to 22:00), opens 2026-01-13T21:00:00.000Z',
    owner: 'nobody: it is a matter of time',
  });
  expect(await at('2026-01-10T12:00:00Z')).toMatchObject({go: true}); // Saturday
});

it.each([
  // Clocks are put forward on 29 March 2026, from 02:00 to 03:00, and back on 25 October, from 03:00 to 02:00.
  ['in winter', {from: '02:30', to: '04:00'}, '2026-03-27T12:00:00Z', '2026-03-28T01:30:00.000Z'],
  [
    'in the night in which its first half hour does not come',
    {from: '02:30', to: '04:00'},
    '2026-03-28T12:00:00Z',
    '2026-03-29T01:00:00.000Z',
  ],
  ['in summer', {from: '02:30', to: '04:00'}, '2026-03-29T12:00:00Z', '2026-03-30T00:30:00.000Z'],
  [
    'in the night that has its hour twice, at the first time',
    {from: '02:30', to: '02:45'},
    '2026-10-24T12:00:00Z',
    '2026-10-25T00:30:00.000Z',
  ],
  ['and at the second', {from: '02:30', to: '02:45'}, '2026-10-25T00:45:00Z', '2026-10-25T01:30:00.000Z'],
])('opens by the wall clock %s', async (_, {from, to}, now, opens) => {
  const reading = await at(now, {zone: 'Europe/Berlin', windows: [{from, to}]});
  expect(reading).toMatchObject({go: false, words: expect.stringContaining(`opens ${opens}`)});
  expect(await at(opens, {zone: 'Europe/Berlin', windows: [{from, to}]})).toMatchObject({go: true});
});

it('an hour that the clocks jump over is no window in that night', async () => {
  const opens = nextOpening([{days: ['sun'], from: 150, to: 165}], 'Europe/Berlin', new Date('2026-03-28T12:00:00Z'));
  expect(opens?.toISOString()).toBe('2026-04-05T00:30:00.000Z');
});

it.each([{}, {zone: 'UTC', windows: [{from: '25:00', to: '02:00'}]}, {zone: 'UTC', windows: [{days: ['so'], from: '01:00', to: '02:00'}]}])(
  'throws for what cannot be read: %j',
  (settings) => {
    expect(() => schedule(settings, {clock: fakeClock()} as unknown as World)).toThrow(/of a throttle is not/);
  },
);
