import {expect, test} from 'vitest';
import {stringify} from 'yaml';
import {type} from '../../test/support/command-line.ts';

const KAFKA = {kind: 'kafka', brokers: ['localhost:9092'], connect: 'http://localhost:8083'};

const validated = (relay: unknown, engine = 'postgres') =>
  type(
    ['validate', '-'],
    undefined,
    stringify({
      name: 'shop',
      workflow: 'live-migration',
      source: {engine, url: 'env:A'},
      target: {engine: 'postgres', url: 'env:B'},
      scope: {tables: ['shop.*']},
      ...(engine !== 'postgres' && {schema: {kind: 'convert'}}),
      relay,
    }),
  );

test('a plan may let its changes go through Kafka', async () => {
  expect((await validated(KAFKA)).code).toBe(0);
  expect((await validated({...KAFKA, connect: 'env:CONNECT', password: '${vault:shop:password}'})).code).toBe(0);
});

test.each([
  [{...KAFKA, brokers: ['kafka-1']}, 'relay.brokers[0]: must be host:port'],
  [{...KAFKA, brokers: []}, 'must name at least one broker'],
  [{...KAFKA, connect: 'http://ann:hunter2@connect:8083'}, 'relay.connect: must be http://HOST:PORT'],
  [{...KAFKA, password: 'hunter2'}, 'relay.password: must be ${provider:path:key}'],
  [{...KAFKA, retention: '5m'}, 'relay.retention: must be at least 1h'],
  [{kind: 'kafak'}, 'did you mean kafka?'],
])('%j is refused in words, and no secret is repeated', async (relay, words) => {
  const answer = await validated(relay);
  expect(answer).toMatchObject({code: 2, err: expect.stringContaining(words)});
  expect(answer.err).not.toContain('hunter2');
});

test('changes of MySQL may go through it, those of MariaDB may not', async () => {
  expect((await validated(KAFKA, 'mysql')).code).toBe(0);
  expect((await validated(KAFKA, 'mariadb')).err).toContain('relay.kind: changes of mariadb cannot go through Kafka');
});
