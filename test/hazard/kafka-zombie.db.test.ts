/** A sender that was believed dead: two workers of Kafka Connect send the same, one of them late. */
import {kafkaTest as test, stack} from '../support/kafka-of-file.ts';
import {openMovedStory} from '../support/moved-story.ts';
import {hadServers} from '../support/mysql-databases.ts';
import {openShopStory} from '../support/shop-story.ts';
import {workerSleepsAndWakes} from '../support/zombie-worker.ts';

/** The application leaves this table alone. */
const REVIEWS = {
  bulk: [`DO 'BEGIN FOR i IN 1..200 LOOP UPDATE shop.reviews SET words = i::text; END LOOP; END'`],
  newer: [`UPDATE shop.reviews SET words = 'newer'`],
};

const ENTRIES = {
  bulk: ['BEGIN', ...Array.from({length: 50}, () => 'UPDATE entry SET at = at + INTERVAL 1 MICROSECOND'), 'COMMIT'],
  newer: ['UPDATE entry SET at = at + INTERVAL 1 SECOND'],
};
/** Servers, Debezium and clients share one machine here: they are not to write more than can be read beside that. */
const PAUSE_MS = 40;

const [mysql] = await hadServers();

test('a worker sleeps in a transaction, another one sends it, and the first wakes up and sends on: nothing is applied twice (H-84)', {
  timeout: 300_000,
}, async () => {
  await using story = await openShopStory('sleeping-sender', 127);
  // The slot is the sleeper's for as long; by default a minute.
  await story.source.run(`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET wal_sender_timeout = ''5s''', current_database()); END $$`);
  await workerSleepsAndWakes({story, name: 'sleeping-sender', stack: stack()}, REVIEWS);
  await story.expectNothingLost('target', 1);
});

(mysql?.server ? test : test.skip)('the same of MySQL, whose log both can read (H-84)', {timeout: 300_000}, async () => {
  if (!mysql) return;
  await using moved = await openMovedStory(mysql, 'mysql-sleeping-sender', {pauseMs: PAUSE_MS});
  await workerSleepsAndWakes({story: moved.story, name: 'mysql-sleeping-sender', stack: stack()}, ENTRIES);
  await moved.expectNothingLost(1);
});
