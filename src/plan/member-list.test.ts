import {expect, test} from 'vitest';
import {pinPlan} from './plan-file.ts';

const planWith = (settings: string): string => `name: shop
workflow: live-migration
source: {engine: postgres, url: env:SOURCE_URL}
target: {engine: postgres, url: env:TARGET_URL}
schema: {kind: existing}
scope: {tables: [shop.*]}
switch: [{haproxy: {${settings}}}]
`;

test.each([
  ['one of everything', 'socket: /run/h.sock, backend: a, source: old, target: new, hold: hold'],
  [
    'several instances and servers',
    "socket: [/run/h.sock, 'db:9999'], backend: a.b, source: [a-1, a_2], target: new, hold: hold, stateFile: /s",
  ],
])('the switch haproxy is taken with %s', (_what, settings) => {
  expect(pinPlan(planWith(settings), 'p.yaml').plan.switch[0]?.name).toBe('haproxy');
});

test.each([
  [
    'a name that would be another command of HAProxy',
    "socket: /run/h.sock, backend: 'a; shutdown', source: old, target: new, hold: hold",
    'switch[0].haproxy.backend: must be a name as HAProxy has it',
  ],
  [
    'a socket that is neither a path nor an address',
    'socket: [h.sock], backend: a, source: old, target: new, hold: hold',
    'switch[0].haproxy.socket[0]: must be a path, or host:port',
  ],
  ['no server for holding', 'socket: /run/h.sock, backend: a, source: old, target: new', 'switch[0].haproxy.hold: is missing'],
])('%s is refused in words', (_what, settings, problem) => {
  expect(() => pinPlan(planWith(settings), 'p.yaml')).toThrow(problem);
});
