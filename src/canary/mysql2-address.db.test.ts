/** An application of MySQL or MariaDB at one address: who it is, what the fence tells it, and that it comes again after its connection broke. */
import {describe, expect, test} from 'vitest';
import {hadServers, newAccount, PROCESSES} from '../../test/support/mysql-databases.ts';
import {fencedSide} from '../../test/support/mysql-fenced.ts';
import {untilTrue} from '../../test/support/until.ts';
import {applicationOptions} from '../engine/mysql/mysql-connection.ts';
import {MysqlTokenTable} from '../engine/mysql/mysql-token-table.ts';
import {DatabaseUrl} from '../model/database-url.ts';
import {DirectPath} from './direct-path.ts';
import {mysql2Address} from './mysql2-address.ts';

const WRITE = 'INSERT INTO crossfade.canary (migration, attempt, token, client, seq) VALUES ($1, $2, $3, $4, $5)';
const READ = 'SELECT client FROM crossfade.canary WHERE token = $1';

describe.each((await hadServers()).filter(({request}) => request.version !== '10.11'))('$title', (had) => {
  test.skipIf(!had.server)('tokens go along its path until the fence refuses them', async () => {
    await using side = await fencedSide(had);
    const {name, url} = await newAccount(side.database);
    const account = name.replaceAll("'", '');
    const path = new DirectPath('direct', mysql2Address(applicationOptions({url: new DatabaseUrl(url)}, 'test')));
    const {short} = side.migration;
    const write = (token: string): Promise<unknown> => path.send(WRITE, [short, '1', token, '1', '1']);
    expect(await path.roles()).toEqual({source: account, target: account});
    const denied = await write(`a-${short}`).catch((error: unknown) => error);
    expect(path.isRefusal(denied)).toBe(true);

    await new MysqlTokenTable(side.sessions, side.migration).allow(account);
    await write(`b-${short}`);
    expect(await path.send(READ, [`b-${short}`])).toEqual([{client: '1'}]);
    const ended = `SELECT id FROM ${PROCESSES[side.database.session.flavour.name]} WHERE user = '${account.split('@')[0]}'`;
    for (const [id] of await side.database.rows(ended)) await side.database.run(`KILL ${Number(id)}`);
    await untilTrue('it came again', () =>
      write(`c-${short}`).then(
        () => true,
        () => false,
      ),
    );

    await side.fence.raise({tables: [], attempt: 1, epoch: 1, budgetMs: 60_000, marker: 'm'});
    const refused = await write(`d-${short}`).catch((error: unknown) => error);
    expect([String(refused), path.isRefusal(refused)]).toEqual([expect.stringContaining('are closed on this side'), true]);
    await path.close();
    await expect(write(`e-${short}`)).rejects.toThrow('the path was closed');
  });
});
