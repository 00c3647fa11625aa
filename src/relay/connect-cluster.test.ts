import {expect, test} from 'vitest';
import {realEffects} from '../../test/support/effects.ts';
import {httpService} from '../../test/support/http-server.ts';
import {ConnectCluster} from './connect-cluster.ts';

test('whoever only looks waits a few seconds for a cluster that says nothing, and is told so', {timeout: 20_000}, async () => {
  await using service = await httpService(() => undefined);
  const {looking} = new ConnectCluster(service.url.replace('//', '//ann:s3cret@'), realEffects());
  const told = await looking.status('crossfade_1').catch((error: unknown) => String(error));
  expect(told).toMatch(/Kafka Connect at http:\/\/127\.0\.0\.1:\d+\/connectors\/crossfade_1\/status gave no answer: nothing within 2 s$/);
  expect(service.asked).toHaveLength(2);
});
