import {describe, expect, it} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import type {Verdict} from '../journal/journal.ts';
import {Interruption} from '../runner/interruption.ts';
import {Patience, type PatienceFlags} from './patience.ts';

const red = (...gates: readonly string[]): Verdict[] => gates.map((gate) => ({gate, go: false, evidence: `${gate} is red`}));
const LAG = red('replication-lag');
const PEOPLE = red('approval');

function patience(flags: Partial<PatienceFlags>) {
  const [clock, interruption] = [fakeClock(), new Interruption()];
  return {clock, interruption, patience: new Patience({leave: false, timeoutMs: undefined, ...flags}, clock, interruption)};
}

describe('a run in the foreground', () => {
  it('stays, however long it waits, unless a flag says otherwise', async () => {
    const {clock, interruption, patience: one} = patience({});
    for (const waiting of [LAG, PEOPLE, []]) {
      one.waits('cutover', waiting);
      await clock.advance(86_400_000);
      one.waits('cutover', waiting);
    }
    expect(interruption.reason).toBeUndefined();
  });

  it.each([
    [PEOPLE, 'only people are missing: approval (approval is red) before cutover'],
    [[], 'only people are missing: a signal in front of or in cutover'],
  ])('with --leave goes where only people are missing', (waiting, reason) => {
    const {interruption, patience: one} = patience({leave: true});
    one.waits('cutover', [...LAG, ...waiting]);
    expect(interruption.reason).toBeUndefined();
    one.waits('cutover', waiting);
    expect(one.left).toEqual({code: 3, reason});
    expect(interruption.reason?.message).toBe(reason);
  });

  it('with --timeout goes when a measured gate has been red for so long without a break', async () => {
    const {clock, interruption, patience: one} = patience({timeoutMs: 60_000});
    one.waits('cutover', LAG);
    await clock.advance(59_000);
    one.waits('cutover', LAG);
    one.waits('cutover', PEOPLE); // the lag is small again
    await clock.advance(59_000);
    one.waits('cutover', LAG);
    await clock.advance(59_000);
    one.waits('cutover', [...LAG, ...PEOPLE]);
    expect(interruption.reason).toBeUndefined();
    await clock.advance(1_000);
    one.waits('cutover', LAG);
    expect(one.left).toMatchObject({code: 4, reason: expect.stringContaining('after --timeout 1m: replication-lag')});
  });

  it('with --timeout alone goes on waiting for people: nobody else keeps the stream going', async () => {
    const {clock, interruption, patience: one} = patience({timeoutMs: 1});
    one.waits('cutover', PEOPLE);
    await clock.advance(60_000);
    one.waits('cutover', PEOPLE);
    expect(interruption.reason).toBeUndefined();
  });

  it('that is told to leave already has its reason', () => {
    const {interruption, patience: one} = patience({leave: true});
    interruption.stop('SIGINT');
    one.waits('cutover', PEOPLE);
    expect(one.left).toBeUndefined();
  });
});
