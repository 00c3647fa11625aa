/** The broker, or the source itself, is gone at once while Debezium and Kafka lie between: in the load, in the stream, at the steps of a cutover. */
import {brokenOff, brokerKilledAt, cutoverEnds, sourceKilledAt} from '../support/kafka-kills.ts';
import {kafkaTest as test, stack} from '../support/kafka-of-file.ts';
import {openShopStory} from '../support/shop-story.ts';
import {ownServer} from '../support/standing.ts';

test.each([
  ['in the load', 'step-intent initial-load/copy-chunks', brokenOff],
  ['in the stream', 'phase-started verify-data', brokenOff],
  // Before the fence and its mark, which would come through in the moment until the broker is gone.
  ['when the source is closed', 'step-intent cutover/raise-fence', cutoverEnds('back')],
  ['before the decision', 'step-intent cutover/decide', cutoverEnds('done')],
] as const)('the broker is killed %s, and is there again when the run has met it: nothing is lost', {timeout: 300_000}, async (...at) => {
  const [when, label, isMet] = at;
  const name = `broker-killed-${when.replaceAll(' ', '-')}`;
  await using story = await openShopStory(name, 61);
  await brokerKilledAt(label, isMet, {story, name, stack: stack()});
  await story.expectNothingLost('target', 1);
});

test.each([
  ['in the stream', 'phase-started verify-data'],
  ['when it is closed', 'step-outcome cutover/raise-fence'],
  ['before the decision', 'step-intent cutover/decide'],
  ['after the decision', 'step-outcome cutover/decide'],
])(
  'the source is killed %s, the run ends, and is resumed when it is there again: nothing is lost',
  {timeout: 300_000},
  async (when, label) => {
    const name = `source-killed-${when.replaceAll(' ', '-')}`;
    await using source = await ownServer({version: 17});
    await using story = await openShopStory(name, 67, {}, {source});
    await sourceKilledAt(label, source, {story, name, stack: stack()});
    await story.expectNothingLost('target', 1);
  },
);
