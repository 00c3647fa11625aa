import {expect, test} from 'vitest';
import {pinPlan} from './plan-file.ts';

const HAPROXY = 'haproxy: {socket: /run/h.sock, backend: shop, source: old, target: new, hold: hold}';
const PGBOUNCER = 'pgbouncer: {admin: env:A, database: shop, config: /etc/pgbouncer.ini}';

const pin = (source: string, target: string, switches: string) =>
  pinPlan(
    `name: shop
workflow: live-migration
source: {engine: ${source}, url: env:SOURCE_URL}
target: {engine: ${target}, url: env:TARGET_URL}
schema: {kind: ${source === target ? 'existing' : 'convert'}}
scope: {tables: [shop.*]}
switch: [${switches}]
`,
    'p.yaml',
  ).plan.switch.map(({name}) => name);

test.each([
  ['mysql', 'postgres', `{${HAPROXY}}`, 'switch[0]: haproxy cannot lead clients of mysql to postgres, which speaks another protocol'],
  ['mariadb', 'postgres', `router, {${PGBOUNCER}}`, 'switch[1]: pgbouncer cannot lead clients of mariadb to postgres'],
  ['mysql', 'mysql', `{${PGBOUNCER}}`, 'switch[0]: pgbouncer speaks to PostgreSQL only, not to mysql'],
])('from %s to %s %s is refused, and what can is named', (source, target, switches, says) => {
  expect(() => pin(source, target, switches)).toThrow(says);
  expect(() => pin(source, target, switches)).toThrow('router or command');
});

test.each([
  ['postgres', 'postgres', `{${HAPROXY}}, {${PGBOUNCER}}`, ['haproxy', 'pgbouncer']],
  ['mysql', 'mysql', `{${HAPROXY}}`, ['haproxy']],
  ['mysql', 'postgres', 'router, {command: {run: ./switch.sh}}', ['router', 'command']],
])('from %s to %s %s is taken', (source, target, switches, names) => expect(pin(source, target, switches)).toEqual(names));
