/** The way of one connection of the copy breaks and nobody is told, while all others live: it is noticed, and its chunk is done again. */
import {existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {openFaultProxy} from '../support/fault-proxy.ts';
import {bothChecksums, openLetters} from '../support/letters.ts';
import {postgresServer} from '../support/servers.ts';
import {untilTrue} from '../support/until.ts';

const FAILED = 1;
const plan = {gates: {cutover: ['replication-lag', 'approval']}, load: {parallel: 1, chunk: '64MiB'}};
/** Of the first chunk, and more than all buffers on the way take: the server is still sending when it is not heard any more. */
const MUCH = `INSERT INTO post.letters SELECT 'A' || i, 1, 'large', repeat(md5(i::text), 3200) FROM generate_series(1, 1000) i`;

test('the rows of one chunk come no more: the run ends with what was lost, and the next one has them all', async () => {
  const server = await postgresServer({version: 17});
  await using proxy = await openFaultProxy({port: Number(new URL(server.url).port), strikes: (first) => / copy\0/.test(first)});
  const source = {createDatabase: async () => proxy.through(await server.createDatabase())};
  await using story = await openLetters('deaf', {plan, on: {source}});
  await story.source.run(MUCH, 'ANALYZE');
  const file = join(story.folder, 'stand');
  const runner = story.start(['run', story.planFile], {kind: 'sql.send', label: 'copy: COPY (SELECT "code"', act: 'wait', file});
  await untilTrue('the letters are about to be read', () => existsSync(`${file}.reached`));
  proxy.set({kind: 'silent', ways: ['back']});
  writeFileSync(`${file}.go`, '');
  const waits = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '% copy' AND wait_event = 'ClientWrite'`;
  await untilTrue('the server waits to be rid of them', async () => (await story.source.value(waits)) === '1');
  expect(await runner.ended).toBe(FAILED);
  expect(await story.untilFact('the failure', ({type}) => type === 'failed')).toMatchObject({
    code: 'CF-CONN-004',
    error: expect.stringContaining('an answer of the source was lost on its way (copy)'),
  });
  proxy.set(undefined);
  story.start(['resume']);
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
  const sums = await bothChecksums(story);
  expect(sums.target).toEqual(sums.source);
});
