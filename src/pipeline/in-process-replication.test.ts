import {expect, test} from 'vitest';
import {recordingEffects} from '../../test/support/effects.ts';
import type {Database} from '../engine/engine.ts';
import type {Position} from '../model/position.ts';
import {InProcessReplication} from './in-process-replication.ts';

/** Only what `ensure` asks before a link begins. */
const askedSlowly = (answer: Promise<Position>): Database =>
  ({target: {progress: async () => ({epoch: 1, commitSeq: 0, position: await answer})}}) as unknown as Database;

const engine = {comparePositions: () => 0, isPassing: () => false};

test('a phase that asks for a link while the run ends gets none: nobody would stop it', async () => {
  const {promise, resolve} = Promise.withResolvers<Position>();
  const side = askedSlowly(promise);
  const telemetry = {note: () => undefined, gauge: () => undefined} as unknown as ConstructorParameters<
    typeof InProcessReplication
  >[0]['telemetry'];
  const replication = new InProcessReplication({
    source: side,
    target: side,
    engines: {source: engine, target: engine},
    telemetry,
    effects: recordingEffects(),
  });
  const asked = replication.ensure('forward', 'apply', [], 1);
  await replication.close();
  resolve('0/1' as Position);
  await expect(asked).rejects.toThrow('after the end of the run');
  expect(replication.link('forward')).toBeUndefined();
});
