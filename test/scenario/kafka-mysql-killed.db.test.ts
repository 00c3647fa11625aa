/** From MySQL through Debezium and Kafka, and whatever takes part is killed under live writes, in the middle of the cutover above all. */
import {afterAll, test as always} from 'vitest';
import {brokerKilledAt, cutoverEnds, type KilledStory, oneAfterTheOtherKilled, sourceKilledAt} from '../support/kafka-kills.ts';
import {ownKafkaStack} from '../support/kafka-servers.ts';
import {openMovedStory} from '../support/moved-story.ts';
import {ownMysqlServer} from '../support/mysql-servers.ts';
import {ifHad, optional} from '../support/servers.ts';

const REQUEST = {flavour: 'mysql', version: '9.7'} as const;
const source = await ifHad(() => ownMysqlServer(REQUEST));
const stack = source && (await optional(ownKafkaStack));
const test = always.skipIf(!stack);
afterAll(async () => {
  await stack?.[Symbol.asyncDispose]();
  await source?.stop();
});

/** Of the tests that run only where there are both. */
const world = () => {
  if (!stack || !source) throw new Error('there is no Kafka or no MySQL');
  return {stack, source};
};

const kills: readonly (readonly [what: string, name: string, kill: (killed: KilledStory) => Promise<void>])[] = [
  ['the broker when the source is closed', 'broker', (one) => brokerKilledAt('step-intent cutover/raise-fence', cutoverEnds('back'), one)],
  ['the source when it is closed', 'source', (one) => sourceKilledAt('step-outcome cutover/raise-fence', world().source, one)],
  ['Kafka Connect, the runner and a worker, one after the other', 'worker', oneAfterTheOtherKilled],
];

/** Servers, Debezium and clients share one machine here: they are not to write more than can be read beside that. */
const WRITING = {pauseMs: 40, mayBreak: true};

test.each(kills)('killed: %s; nothing is lost, and nothing is there twice', {timeout: 300_000}, async (_, what, kill) => {
  const name = `mysql-killed-${what}`;
  await using moved = await openMovedStory({title: 'mysql', request: REQUEST, server: world().source}, name, WRITING);
  await kill({story: moved.story, name, stack: world().stack});
  await moved.expectNothingLost(1);
});
