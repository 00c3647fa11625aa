/** What the conversion asks of its source, of the servers themselves. */
import {describe, expect, test} from 'vitest';
import {hadServers, mysqlDatabase, optionsFor} from '../../../test/support/mysql-databases.ts';
import {migrationMapping} from '../../mapping/migration-mapping.ts';
import {mysqlToPostgres} from '../../mapping/mysql-to-postgres/pair.ts';
import {mysqlCatalog} from './mysql-catalog.ts';
import {mysqlConvertible} from './mysql-convertible.ts';
import {MySessions} from './mysql-sessions.ts';

for (const {title, request, server} of await hadServers()) {
  describe.skipIf(!server)(title, () => {
    test('rows that would be lost are counted in one statement, and keys that Unicode takes for one are found (H-39, H-44, H-49)', async () => {
      await using database = await mysqlDatabase(server);
      await using sessions = Object.assign(new MySessions(optionsFor(database.url), request.flavour), {
        async [Symbol.asyncDispose]() {
          await sessions.close();
        },
      });
      await database.run(
        `SET SESSION sql_mode = 'ALLOW_INVALID_DATES'`,
        `CREATE TABLE people (
           id int PRIMARY KEY, born date, active tinyint(1), name varchar(20) CHARACTER SET latin1,
           mail varchar(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci, UNIQUE KEY mail (mail), UNIQUE KEY start (mail(3), id))`,
        // To general_ci the sharp s is one s; to Unicode it is two.
        `INSERT INTO people VALUES (1, '0000-00-00', 2, 'a', 'stra\u00dfe'), (2, '2024-00-10', 1, 'b', 'strasse'), (3, '2024-01-10', 0, 'c', NULL),
           (4, NULL, NULL, 'd', NULL), (5, '2024-02-02', -1, 'e', 'other')`,
      );
      const convertible = mysqlConvertible(sessions);
      const tables = await mysqlCatalog(sessions).tables({tables: [`${database.name}.*`], exclude: []});
      const mapping = migrationMapping(
        {tables: [], allowLoss: false},
        () => (value) => value,
        mysqlToPostgres({accept: [], tinyint1: 'boolean'}),
      );
      const script = mapping.converted?.(await convertible.read(tables));
      const losses = (script?.types ?? []).flatMap(({column, losses: all}) =>
        all.flatMap(({where}) => (where ? [[column, where] as const] : [])),
      );
      const [first] = tables;
      if (!first) throw new Error('no table');
      const counts = await convertible.count(
        first.name,
        losses.map(([, where]) => where),
      );
      expect(losses.map(([column], i) => [column, counts[i]]).filter(([, count]) => count !== 0n)).toEqual([
        ['born', 2n],
        ['active', 2n],
      ]);
      const keys = script?.foldedKeys ?? [];
      expect(keys.map(({index}) => index)).toEqual(['mail', 'start']);
      const found = await Promise.all(keys.map(({table, groupBy}) => convertible.collisions(table, groupBy)));
      expect(found).toEqual([1n, 0n]);
      expect(first.columns.map(({name, characterSet}) => [name, characterSet])).toEqual([
        ['id', undefined],
        ['born', undefined],
        ['active', undefined],
        ['name', 'latin1'],
        ['mail', undefined],
      ]);
      expect(mapping.findings(tables, []).map(({object, reason}) => `${object} ${reason}`)).toContainEqual(
        expect.stringMatching(/people\.name .*a sign that latin1 does not have/),
      );
    });
  });
}
