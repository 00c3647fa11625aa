/** A few of the faults that `npm run faults` lets befall a cutover, under live writes. */
import {afterAll, beforeAll, describe, test} from 'vitest';
import {pgbouncerProgram} from '../support/pgbouncer.ts';
import {optional} from '../support/servers.ts';
import {openWorld, type World} from '../sweep/world.ts';
import {faultCase} from './fault-case.ts';
import {expectSurvived, SEED} from './fault-sample.ts';

const ROUTED = [
  faultCase('runner-source', 'silent', 'raise-fence', 'forever'),
  faultCase('runner-source', 'cut', 'decide', 'once'),
  faultCase('runner-target', 'silent-back', 'open', 'forever'),
  faultCase('runner-journal', 'silent', 'drain', 'forever'),
];
/** None that leaves a transaction open on a server: the others share it, and their slots would wait for it. */
const POOLED = [faultCase('runner-pooler', 'silent', 'hold', 'forever'), faultCase('pooler-target', 'reset', 'route', 'forever')];
const SAMPLE = [...ROUTED, ...((await optional(pgbouncerProgram)) === undefined ? [] : POOLED)];
let world: World;

beforeAll(async () => {
  world = await openWorld(false, SEED);
});
afterAll(() => world[Symbol.asyncDispose]());

describe.concurrent('a fault in a cutover', () => {
  test.each(SAMPLE)('$name: nothing is lost, somebody serves, the cause is named, and the run comes to its end', (one) =>
    expectSurvived(world, one),
  );
});
