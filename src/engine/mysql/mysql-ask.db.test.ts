/** Questions of the operator's: read-only, limited, values as texts. */
import {describe, expect, test} from 'vitest';
import {hadServers, mysqlDatabase, optionsFor} from '../../../test/support/mysql-databases.ts';
import {askMysql} from './mysql-ask.ts';
import {MySessions} from './mysql-sessions.ts';

const LIMITS = {limitMs: 10_000, rowsMax: 3};

for (const {title, request, server} of await hadServers()) {
  describe.skipIf(!server)(title, () => {
    test('answers texts, changes nothing, and ends at its limit', async () => {
      await using database = await mysqlDatabase(server);
      await database.run('CREATE TABLE t (id int PRIMARY KEY, a decimal(30,2))', 'INSERT INTO t VALUES (1, 1.10), (2, NULL)');
      const sessions = new MySessions(optionsFor(database.url), request.flavour);
      const ask = (query: string, limits = LIMITS) => askMysql(sessions, query, limits);
      expect(await ask('SELECT id, a FROM t ORDER BY id;\n')).toEqual([
        ['1', '1.10'],
        ['2', null],
      ]);
      expect(await ask('WITH n AS (SELECT 1 AS i UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4) SELECT i FROM n')).toHaveLength(
        3,
      );
      await expect(ask('DELETE FROM t')).rejects.toThrow();
      await expect(ask('SELECT 1 AS a, 2 AS a')).rejects.toThrow(/Duplicate column/);
      await expect(ask('SELECT count(*) FROM t a, t b WHERE sleep(5) = 0', {...LIMITS, limitMs: 50})).rejects.toThrow();
      expect(await database.rows('SELECT count(*) FROM t')).toEqual([[2]]);
      expect(await ask('SELECT count(*) AS n FROM t')).toEqual([['2']]);
      await sessions.close();
    });
  });
}
