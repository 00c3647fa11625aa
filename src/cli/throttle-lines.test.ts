import {expect, test} from 'vitest';
import {throttles} from '../throttle/throttles.ts';
import {throttleLines, throttlesDocument} from './throttle-lines.ts';

const throttle = [
  {name: 'replica-lag', settings: {max: 5000, replicas: ['env:REPLICA_1', 'env:REPLICA_2']}},
  {name: 'replica-lag', settings: {max: 60_000}},
  {name: 'connection-load', settings: {max: 70}},
  {name: 'statement-latency', settings: {max: 50, query: 'SELECT 1'}},
  {name: 'statement-latency', settings: {max: 50}},
  {name: 'sql', settings: {query: 'SELECT count(*) FROM jobs.queue', max: 1000, name: 'the queue', on: 'target'}},
  {name: 'http', settings: {url: 'env:LOAD_CHECK', max: 3}},
  {name: 'http', settings: {url: 'env:LOAD_CHECK'}},
  {name: 'schedule', settings: {zone: 'Europe/Berlin', windows: [{from: '22:00', to: '05:00'}]}},
];

test('each throttle says what work waits for, with its limit', () => {
  const wait = 'work waits while';
  expect(throttleLines({throttle})).toEqual([
    `throttle replica-lag: ${wait} env:REPLICA_1, env:REPLICA_2 is more than 5s behind, or cannot be asked`,
    `throttle replica-lag: ${wait} a replica that the source names is more than 1m behind, or cannot be asked`,
    `throttle connection-load: ${wait} more than 70% of the connections of either server are in use`,
    `throttle statement-latency: ${wait} “SELECT 1” takes longer than 50ms on the source`,
    `throttle statement-latency: ${wait} the mean statement of other roles takes longer than 50ms on the source`,
    `throttle sql: ${wait} the queue (“SELECT count(*) FROM jobs.queue”) is above 1000 on the target`,
    `throttle http: ${wait} env:LOAD_CHECK answers anything but 2xx or a number above 3`,
    `throttle http: ${wait} env:LOAD_CHECK answers anything but 2xx`,
    `throttle schedule: ${wait} it is none of these hours of Europe/Berlin: daily 22:00 to 05:00`,
  ]);
  expect(new Set(throttle.map(({name}) => name))).toEqual(new Set(Object.keys(throttles)));
});

test('the document has the settings too, and a plan without throttles has none', () => {
  expect(throttlesDocument({throttle: throttle.slice(2, 3)})).toEqual([
    {name: 'connection-load', limits: 'more than 70% of the connections of either server are in use', settings: {max: 70}},
  ]);
  expect(throttleLines({})).toEqual([]);
});
