/** A few of the faults that `npm run faults -- --pair mysql-postgres` lets befall a cutover, under live writes. */
import {afterAll, beforeAll, describe, test} from 'vitest';
import {mysqlbinlog} from '../support/mysql-programs.ts';
import {openMysqlWorld} from '../sweep/mysql-world.ts';
import type {World} from '../sweep/world.ts';
import {faultCase} from './fault-case.ts';
import {expectSurvived, SEED} from './fault-sample.ts';

const SAMPLE = [
  // The runner cannot release its fence, and has to say so while the watchdog does: it was tried for 200 s.
  faultCase('runner-source', 'silent-back', 'drain', 'forever'),
  faultCase('runner-source', 'cut', 'decide', 'once'),
  faultCase('client-target', 'silent', 'open', '5s'),
];

describe.skipIf(!mysqlbinlog())('a fault in a cutover from MySQL', {concurrent: true}, () => {
  let world: World;
  beforeAll(async () => {
    world = await openMysqlWorld(false, SEED);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  test.each(SAMPLE)('$name: nothing is lost, somebody serves, the cause is named, and the run comes to its end', (one) =>
    expectSurvived(world, one),
  );
});
