import {expect, test} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import {untilTrue} from '../../test/support/until.ts';
import type {ClientSessions} from '../engine/engine.ts';
import {silentTelemetry} from '../telemetry/telemetry.ts';
import type {PhaseContext} from './phase.ts';
import {LOOK_EVERY_MS, watchLeftBehind} from './left-behind.ts';

/** What is told of the answers that the source gives, one after the other. */
async function told(applicationRoles: readonly string[], ...answers: readonly (readonly ClientSessions[] | Error)[]) {
  const clock = fakeClock();
  const over = new AbortController();
  const [counts, asked]: [(number | undefined)[], (readonly string[])[]] = [[], []];
  const sessions = async (roles: readonly string[]): Promise<readonly ClientSessions[]> => {
    const answer = answers[asked.push(roles) - 1] ?? [];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const watching = watchLeftBehind(
    {
      clock,
      plan: {plan: {applicationRoles}} as unknown as PhaseContext['plan'],
      source: {clients: {sessions}},
      telemetry: {...silentTelemetry(), leftBehind: (count) => void counts.push(count)},
    },
    over.signal,
  );
  for (const [place] of answers.entries()) {
    await untilTrue('it is told', () => counts.length > place && clock.sleepers() > 0);
    if (place < answers.length - 1) await clock.advance(LOOK_EVERY_MS);
  }
  over.abort();
  await watching;
  return {counts, asked};
}

const left = (application: string, sessions: number): ClientSessions => ({role: 'shop_app', application, sessions});

test('sessions of the application on the closed side are counted, and what cannot be counted is not told as none', async () => {
  const {counts, asked} = await told(['shop_app'], [left('cron', 2), left('', 1)], new Error('connection refused'), []);
  expect(counts).toEqual([3, undefined, 0]);
  expect(asked[0]).toEqual(['shop_app']);
});

test('a plan that names no roles has nobody counted', async () => {
  expect(await told([])).toEqual({counts: [], asked: []});
});
