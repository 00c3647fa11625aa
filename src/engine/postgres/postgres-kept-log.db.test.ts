/** What a server keeps of its log for a stream, and how much it will keep, as an operator is told. */
import {expect, test} from 'vitest';
import {openSide} from '../../../test/support/databases.ts';
import {postgresServer} from '../../../test/support/servers.ts';

const never = new AbortController().signal;
const MIB = 1024 * 1024;

test.each([
  ['without a limit', undefined],
  ['with a limit', '64MB'],
])('%s', async (_, limit) => {
  const server = await postgresServer(limit === undefined ? {} : {settings: {max_slot_wal_keep_size: limit}});
  const side = await openSide('source', await server.createDatabase());
  try {
    const {source, control} = side.database;
    await control.install();
    await side.run('CREATE TABLE t (id int PRIMARY KEY, text text)');
    expect(await source.keptLog?.('forward')).toBeUndefined();
    await source.createStream('forward', [await side.table('t')], never);
    const before = await source.keptLog?.('forward');
    await side.run(`INSERT INTO t SELECT i, repeat(md5(i::text), 64) FROM generate_series(1, 4000) i`);
    const after = await source.keptLog?.('forward');
    expect((after?.keptBytes ?? 0) - (before?.keptBytes ?? 0)).toBeGreaterThan(0);
    expect(after?.bytesPerSecond).toBeGreaterThan(0);
    if (limit === undefined) expect(after?.leftBytes).toBeUndefined();
    else expect([before, after].every((one) => one?.leftBytes !== undefined && one.leftBytes < 128 * MIB)).toBe(true);
    await source.dropStream('forward');
    expect(await source.keptLog?.('reverse')).toBeUndefined();
  } finally {
    await side.close();
  }
});
