/** One kill of the sweep from MySQL to PostgreSQL, and what its witness and its list of leftovers would say of a fault. */
import {test} from 'vitest';
import {mysqlbinlog} from '../support/mysql-programs.ts';
import {openMysqlWorld} from './mysql-world.ts';
import {expectOneKill} from './one-kill.ts';

test.skipIf(!mysqlbinlog())(
  'a migration from MySQL is recorded; one that dies at the decision comes to its end, and what it leaves too much is found',
  {timeout: 600_000},
  async () => {
    await using world = await openMysqlWorld(false, 1);
    await expectOneKill(world);
  },
);
