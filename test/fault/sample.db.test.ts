/** A few of the faults that `npm run faults` lets befall a cutover, under live writes. */
import {rmSync} from 'node:fs';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {pgbouncerProgram} from '../support/pgbouncer.ts';
import {optional} from '../support/servers.ts';
import {oneRun} from '../sweep/one-run.ts';
import {openWorld, type World} from '../sweep/world.ts';
import {faultCase} from './fault-case.ts';
import {mishapOf} from './fault-mishap.ts';

const ROUTED = [
  faultCase('runner-source', 'silent', 'raise-fence', 'forever'),
  faultCase('runner-source', 'cut', 'decide', 'once'),
  faultCase('runner-target', 'silent-back', 'open', 'forever'),
  faultCase('runner-journal', 'silent', 'drain', 'forever'),
];
/** None that leaves a transaction open on a server: the others share it, and their slots would wait for it. */
const POOLED = [faultCase('runner-pooler', 'silent', 'hold', 'forever'), faultCase('pooler-target', 'reset', 'route', 'forever')];
const SAMPLE = [...ROUTED, ...((await optional(pgbouncerProgram)) === undefined ? [] : POOLED)];
const SEED = 1;
let world: World;

beforeAll(async () => {
  world = await openWorld(false, SEED);
});
afterAll(() => world[Symbol.asyncDispose]());

describe.concurrent('a fault in a cutover', () => {
  test.each(SAMPLE)('$name: nothing is lost, somebody serves, the cause is named, and the run comes to its end', async (one) => {
    const result = await oneRun(world, {
      road: 'short',
      seed: SEED,
      leftovers: undefined,
      prepare: (databases, name) => mishapOf(one, databases, name),
    });
    expect(result, `${result.words.join('\n')}\nsee ${result.folder}`).toMatchObject({outcome: 'good', lost: 0, duplicated: 0, words: []});
    rmSync(result.folder, {recursive: true, force: true});
  });
});
