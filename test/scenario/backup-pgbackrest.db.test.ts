/** The worked hook of pgBackRest, with the real program: a base backup, the archive behind it, and a server that opens at the restore point. */
import {readdirSync} from 'node:fs';
import {dirname} from 'node:path';
import {expect, test} from 'vitest';
import {filled, lacking, NEW_ORDER, TABLES, WHOLE, whileWriting} from '../support/backed-up-shop.ts';
import {backupHook} from '../support/backup-hook.ts';
import {installedTool, systemProgram} from '../support/installed-tools.ts';
import {backedUp} from '../support/pgbackrest.ts';
import {optional, ownPostgresServer} from '../support/servers.ts';
import {storyDatabase} from '../support/story-database.ts';

/** Takes the restore's target away. */
const WITHOUT_ARCHIVE =
  'for word; do shift; case "$word" in --type=name) word=--type=immediate;; --target=*) continue;; esac; set -- "$@" "$word"; done';
/** Where the server of that version comes from; pgBackRest of Debian 12 knows no newer one. */
const PROGRAMS = '/usr/lib/postgresql/15/bin';

const pgbackrest = await optional(() => systemProgram('pgbackrest'));
const psql = pgbackrest && (await optional(() => installedTool('psql')));
const server = psql && (await optional(() => ownPostgresServer({version: 15, settings: {archive_mode: 'on'}})));

test.skipIf(!server)('what was written since the backup comes out of the archive, and a restore that ends before it is seen', async () => {
  if (!server) return expect.unreachable();
  const source = await storyDatabase(server.url);
  const {environment, hook: program, before, backup} = await backedUp(server, source, PROGRAMS);
  using hook = backupHook({hook: program, tables: TABLES, environment: () => environment, before});
  await expect(hook.check()).rejects.toThrow('there is no backup');
  await filled(source);
  backup();
  const writing = () => whileWriting(source.url, NEW_ORDER, () => hook.check());
  expect(await writing()).toMatchObject(WHOLE);
  expect(Number(await source.value('SELECT count(*) FROM shop.orders'))).toBeGreaterThan(500);
  expect(readdirSync(environment['SCRATCH_FOLDER'] ?? '').filter((name) => name.startsWith('crossfade-restored'))).toEqual([]);
  // Of the base backup alone the first 500 rows come back.
  const wrapper = dirname(hook.program('pgbackrest', `${WITHOUT_ARCHIVE}\nexec ${pgbackrest} "$@"`));
  expect(await hook.check({PATH: `${wrapper}:${process.env['PATH']}`})).toMatchObject(lacking(500));
  await source.run('DROP TABLE shop.none');
  await expect(hook.check()).rejects.toThrow('shop.none');
  await source.close();
  await server.stop();
});
