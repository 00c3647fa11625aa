import {expect, test} from 'vitest';
import {measures} from '../../test/support/measures.ts';
import {maintenanceWindow} from './maintenance-window.ts';

const BERLIN = {from: '02:00', to: '04:00', zone: 'Europe/Berlin'};
const check = (at: string, settings: Readonly<Record<string, unknown>> = BERLIN) =>
  maintenanceWindow.check(measures({now: () => new Date(at), settings}));
const isOpen = async (at: string, settings?: Readonly<Record<string, unknown>>) => (await check(at, settings)).go;

test('open between two hours of the wall clock there, the last one not included', async () => {
  expect(await check('2026-01-10T01:30:00Z')).toEqual({
    go: true,
    evidence: 'sat 02:30 in Europe/Berlin (open daily 02:00 to 04:00 Europe/Berlin)',
  });
  expect(await isOpen('2026-01-10T00:59:59Z')).toBe(false);
  expect(await isOpen('2026-01-10T01:00:00Z')).toBe(true);
  expect(await isOpen('2026-01-10T03:00:00Z')).toBe(false);
});

test('daylight saving moves it with the people', async () => {
  // In summer 02:00 there is midnight UTC.
  expect(await isOpen('2026-07-11T00:00:00Z')).toBe(true);
  expect(await isOpen('2026-07-11T02:30:00Z')).toBe(false);
});

test('only on its days, as they are there', async () => {
  const weekend = {days: ['sat', 'sun'], from: '00:30', to: '05:00', zone: 'Asia/Tokyo'};
  // Friday evening in Greenwich is Saturday there.
  expect(await isOpen('2026-01-09T16:00:00Z', weekend)).toBe(true);
  expect(await isOpen('2026-01-11T16:00:00Z', weekend)).toBe(false);
});

test('over midnight it belongs to the day it began on', async () => {
  const saturdayNight = {days: ['sat'], from: '22:00', to: '02:00', zone: 'UTC'};
  expect(await isOpen('2026-01-10T23:00:00Z', saturdayNight)).toBe(true);
  expect(await isOpen('2026-01-11T01:59:00Z', saturdayNight)).toBe(true);
  expect(await isOpen('2026-01-11T02:00:00Z', saturdayNight)).toBe(false);
  expect(await isOpen('2026-01-10T01:00:00Z', saturdayNight)).toBe(false);
  expect(await isOpen('2026-01-11T22:30:00Z', saturdayNight)).toBe(false);
});

test.each([
  {...BERLIN, zone: 'Mars/Base'},
  {...BERLIN, from: '24:00'},
  {...BERLIN, to: 'late'},
  {...BERLIN, days: ['so']},
  {from: '02:00', to: '03:00'},
])('throws when the plan cannot be read: %j', async (settings) => {
  await expect(check('2026-01-10T01:30:00Z', settings)).rejects.toThrow();
});
