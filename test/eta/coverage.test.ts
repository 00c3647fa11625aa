/** The band of `ETA` against what came, at every second of recorded copies. `npm run eta:record` made them. */
import {describe, expect, test} from 'vitest';
import {etaBand, withSample, type Band} from '../../src/telemetry/eta.ts';
import type {CopySample} from '../../src/telemetry/telemetry.ts';
import {recordings, type Recording} from './recordings.ts';

const COVERED_MIN = 0.9;
const MOSTLY = 0.7;
/** Of moments from the first hundredth of the copy on: a band that is hardly ever shown is worth nothing either. */
const SHOWN_MIN = 0.75;
const RATIO_MEDIAN_MAX = 2.6;
/** The shortest that is shown. */
const SECOND_MS = 1000;

/** `band`: undefined where none is shown. */
type Moment = {readonly share: number; readonly band: Band | undefined; readonly leftMs: number};

function momentsOf({samples, endMs}: Recording): Moment[] {
  let told: readonly CopySample[] = [];
  return samples.map((sample) => {
    told = withSample(told, sample);
    return {share: sample.copiedShare, band: etaBand(told), leftMs: endMs - sample.elapsedMs};
  });
}

const isCovered = ({band, leftMs}: Moment): boolean => band !== undefined && leftMs >= band.lowMs && leftMs <= band.highMs;
const shareOf = <T>(all: readonly T[], isIt: (one: T) => boolean): number => all.filter(isIt).length / all.length;
const isShown = ({band}: Moment): boolean => band !== undefined;

const copies = recordings().map((recording) => ({name: recording.name, moments: momentsOf(recording)}));
const moments = copies.flatMap((copy) => copy.moments);
const shown = moments.filter(isShown);

describe('the band', () => {
  test(`holds the truth at ${COVERED_MIN * 100} of 100 moments`, () => {
    expect(shareOf(shown, isCovered), summary()).toBeGreaterThanOrEqual(COVERED_MIN);
  });

  test(`holds it in ${COVERED_MIN * 100} of 100 copies, most of the time`, () => {
    const mostly = copies.filter(({moments: all}) => shareOf(all.filter(isShown), isCovered) >= MOSTLY);
    expect(mostly.length / copies.length, summary()).toBeGreaterThanOrEqual(COVERED_MIN);
  });

  test('is there most of the time, and narrow enough to plan by', () => {
    expect(
      shareOf(
        moments.filter(({share}) => share >= 0.01),
        isShown,
      ),
      summary(),
    ).toBeGreaterThanOrEqual(SHOWN_MIN);
    const ratios = shown.map(({band}) => (band ? band.highMs / Math.max(SECOND_MS, band.lowMs) : NaN)).sort((a, b) => a - b);
    expect(ratios[Math.floor(ratios.length / 2)]).toBeLessThanOrEqual(RATIO_MEDIAN_MAX);
  });
});

/** For whoever changes the estimate: where it fails. */
const summary = (): string =>
  copies
    .map(({name, moments: all}) => `${name} ${all.map((one) => (isShown(one) ? (isCovered(one) ? '+' : '-') : '.')).join('')}`)
    .join('\n');
