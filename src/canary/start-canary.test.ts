import {once} from 'node:events';
import {expect, test} from 'vitest';
import {hurriedEffects} from '../../test/support/canary-world.ts';
import {openMuteServer, type Protocol} from '../../test/support/mute-server.ts';
import type {Mysql2Statements} from '../router/mysql2.ts';
import type {PgStatements} from '../router/router.ts';
import type {ApplicationPath} from '../switch/traffic-switch.ts';
import type {ApplicationAddress} from './application-address.ts';
import {DirectPath} from './direct-path.ts';
import {mysql2Address} from './mysql2-address.ts';
import {pgAddress} from './pg-address.ts';
import {RouterPath} from './router-path.ts';
import {startCanary} from './start-canary.ts';

type Paths = (address: ApplicationAddress<PgStatements | Mysql2Statements>) => ApplicationPath;

const KINDS: readonly (readonly [string, Paths])[] = [
  ['behind a pooler', (address) => new DirectPath('pooler', address)],
  ['with the router', (address) => new RouterPath({source: address, target: address}, 'mute')],
];
const addressAt = (protocol: Protocol, port: number): ApplicationAddress<PgStatements | Mysql2Statements> =>
  (protocol === 'mysql' ? mysql2Address : pgAddress)({host: '127.0.0.1', port, user: 'app'});

test.each(KINDS.flatMap(([kind, pathTo]) => (['postgres', 'mysql'] as const).map((protocol) => [kind, protocol, pathTo] as const)))(
  'a path %s of %s that takes a question and never answers it is refused, and its connection is not left behind',
  async (_, protocol, pathTo) => {
    await using mute = await openMuteServer(protocol);
    const effects = hurriedEffects();
    const path = pathTo(addressAt(protocol, mute.port));
    const starting = startCanary({
      ...{paths: [path], migration: 'm', attempt: 1, closing: 'source', mustReach: true, effects},
      tables: {source: NO_TABLE, target: NO_TABLE},
    }).catch((error: unknown) => error);
    const client = await mute.asked;
    const closed = once(client, 'close');
    effects.hurry();
    expect(await starting).toMatchObject({code: 'CF-CANARY-003', message: expect.stringContaining('no answer within')});
    await closed;
  },
);

const NO_TABLE = {allow: () => Promise.reject(new Error('not asked')), tokens: () => Promise.reject(new Error('not asked'))};
