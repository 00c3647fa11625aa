/** H-73: our arithmetic against the server's own. */
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {hadServers, mysqlDatabase} from '../../../test/support/mysql-databases.ts';
import {parseGtidSet, printGtidSet, subtract} from '../../model/gtid-set.ts';
import {comparePositions, containsPosition, toPosition} from './mysql-position.ts';

const UUIDS = ['3e11fa47-71ca-11e1-9e33-c80aa9429562', '00000000-0000-0000-0000-00000000000b'];
const ORIGINS = UUIDS.flatMap((uuid) => [uuid, `${uuid}:_a`, `${uuid}:blue`]);

const sets = fc
  .array(fc.tuple(fc.constantFrom(...ORIGINS), fc.integer({min: 1, max: 30}), fc.integer({min: 0, max: 5})), {maxLength: 8})
  .map((parts) => parts.map(([origin, first, length]) => `${origin}:${first}-${first + length}`).join(','));

for (const {title, request, server} of await hadServers()) {
  describe.skipIf(!server)(title, () => {
    const withSets = request.flavour === 'mysql' ? test : undefined; // MariaDB has no functions for its positions
    withSets?.('says the same of sets, tagged ones included (H-73)', async () => {
      await using database = await mysqlDatabase(server);
      await fc.assert(
        fc.asyncProperty(sets, sets, async (a, b) => {
          const row = await database.session.one(
            `SELECT GTID_SUBSET('${b}', '${a}') AS contained, replace(GTID_SUBTRACT('${a}', '${b}'), '\\n', '') AS rest, replace(GTID_SUBTRACT('${a}', ''), '\\n', '') AS printed`,
          );
          expect(containsPosition(toPosition(a), toPosition(b))).toBe(row['contained'] === '1');
          expect(printGtidSet(subtract(parseGtidSet(a), parseGtidSet(b)))).toBe(row['rest']);
          expect(toPosition(a)).toBe(row['printed']);
        }),
        {numRuns: 150},
      );
    });

    test('every commit moves the place in the log on (H-73)', async () => {
      await using database = await mysqlDatabase(server);
      const place = async () =>
        toPosition((await database.session.one(`SELECT ${database.session.flavour.executed} AS place`))['place'] ?? '');
      await database.run('CREATE TABLE t (id int PRIMARY KEY)');
      const before = await place();
      await database.run('INSERT INTO t VALUES (1)');
      const after = await place();
      expect(comparePositions(after, before)).toBe(1);
      expect(containsPosition(before, after)).toBe(false);
    });
  });
}
