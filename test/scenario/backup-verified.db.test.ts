/** The worked hooks of `examples/backup-verified` with real programs: while somebody writes, a whole backup is whole, and another is not. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type BackupHook, backupHook} from '../support/backup-hook.ts';
import {filled, lacking, NEW_ORDER, TABLES, WHOLE, whileWriting} from '../support/backed-up-shop.ts';
import {installedTool} from '../support/installed-tools.ts';
import {hadServers, type HadServer} from '../support/mysql-databases.ts';
import {loginOf} from '../support/mysql-process.ts';
import {clientPrograms} from '../support/mysql-programs.ts';
import {passFile, withoutPassword} from '../support/pass-file.ts';
import {ifHad, optional, postgresServer} from '../support/servers.ts';
import {storyDatabase} from '../support/story-database.ts';

const tools = await optional(async () => [await installedTool('psql'), await installedTool('pg_dump')]);
const server = tools && (await optional(() => postgresServer({version: 15})));

test.skipIf(!server)('pg_dump', async () => {
  const [source, scratch] = await Promise.all([0, 1].map(async () => storyDatabase((await server?.createDatabase()) ?? '')));
  if (!source || !scratch) return expect.unreachable();
  using hook = backupHook({
    hook: 'pg-dump.sh',
    tables: TABLES,
    environment: (folder) => ({
      BACKUP_URL: withoutPassword(source.url),
      SCRATCH_URL: withoutPassword(scratch.url),
      BACKUP_FILE: join(folder, 'shop.dump'),
      PGPASSFILE: passFile(folder, [source.url, scratch.url]),
    }),
  });
  await filled(source);
  const shown = hook.check({BACKUP_URL: `postgres://me:secret@${new URL(source.url).host}/shop`});
  await expect(shown).rejects.toThrow('an address has its password in it');
  expect(await whileWriting(source.url, NEW_ORDER, () => hook.check())).toMatchObject(WHOLE);
  expect(Number(await scratch.value('SELECT count(*) FROM shop.orders'))).toBeGreaterThanOrEqual(500);
  hook.program('pg_dump', `exec ${tools?.[1]} --exclude-table-data=shop.orders "$@"`);
  expect(await hook.check(first(hook))).toMatchObject(lacking(0));
  await source.run('DROP TABLE shop.none');
  await expect(hook.check()).rejects.toThrow('shop.none');
  await Promise.all([source.close(), scratch.close()]);
});

/** Programs of the hook's folder come before those of the machine. */
const first = ({folder}: BackupHook) => ({PATH: `${folder}:${process.env['PATH']}`});

const isOf = ({request}: HadServer, flavour: string): boolean => request.flavour === flavour;
const had = await hadServers();
const mysqlClient = had.some((one) => isOf(one, 'mysql') && one.server) ? await ifHad(() => clientPrograms('mysql')) : undefined;
const mariadbClient = await optional(() => clientPrograms('mariadb'));
const dumped = [
  {...had.find((one) => isOf(one, 'mysql')), programs: mysqlClient},
  {...had.find((one) => isOf(one, 'mariadb')), programs: mariadbClient},
];

describe.each(dumped)('$title', ({server: one, programs}) => {
  test.skipIf(!one || !programs)('mysqldump', async () => {
    const source = await storyDatabase((await one?.createDatabase()) ?? '');
    if (!programs) return expect.unreachable();
    const shop = loginOf(source.url).database ?? '';
    const login = (folder: string): string => {
      const {host, port, user, password} = loginOf(source.url);
      const file = join(folder, 'login.cnf');
      writeFileSync(file, `[client]\nhost=${host}\nport=${port}\nuser=${user}\npassword=${password}\n`, {mode: 0o600});
      return file;
    };
    using hook = backupHook({
      hook: 'mysqldump.sh',
      tables: [`${shop}.orders`, `${shop}.none`],
      environment: (folder) => ({
        BACKUP_LOGIN: login(folder),
        SCRATCH_LOGIN: login(folder),
        SCRATCH_DATABASE: `scratch_of_${shop}`,
        BACKUP_FILE: join(folder, 'shop.sql'),
        MYSQL: programs.client.join(' '),
        MYSQLDUMP: programs.dump.join(' '),
      }),
    });
    await source.run(
      `CREATE TABLE orders (id int AUTO_INCREMENT PRIMARY KEY, note text, total decimal(20, 6), part float, picture blob, flag bit(3), at timestamp(6) NULL, \`odd \`\` name\` json)`,
      `INSERT INTO orders (note, total, part, picture, flag, at, \`odd \`\` name\`) SELECT CONCAT('nöte#', seq), seq / 7, seq / 3, UNHEX(SHA2(seq, 256)), seq % 8, NOW(6), JSON_OBJECT('a', seq)
       FROM (WITH RECURSIVE numbers AS (SELECT 1 AS seq UNION ALL SELECT seq + 1 FROM numbers WHERE seq < 500) SELECT seq FROM numbers) AS all_numbers`,
      'CREATE TABLE none (id int PRIMARY KEY)',
    );
    expect(await whileWriting(source.url, `INSERT INTO orders (note) VALUES ('new')`, () => hook.check())).toMatchObject(WHOLE);
    expect(Number(await source.value(`SELECT COUNT(*) FROM scratch_of_${shop}.orders`))).toBeGreaterThanOrEqual(500);
    const dump = hook.program('dump-less', `exec ${programs.dump.join(' ')} "$@" --where='id <= 7'`);
    expect(await hook.check({MYSQLDUMP: dump})).toMatchObject(lacking(7, `${shop}.orders`));
    await expect(hook.check({SCRATCH_DATABASE: shop})).rejects.toThrow('a scratch database of another name');
    await source.run('DROP TABLE none');
    await expect(hook.check()).rejects.toThrow('none');
    await source.close();
  });
});
