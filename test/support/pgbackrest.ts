/** pgBackRest for one server of the test's own: a repository in its folder, its archive, and the hook where the server's account may read it. */
import {execFileSync} from 'node:child_process';
import {chownSync, cpSync, mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {serverAccount} from '../../examples/demo/embedded-binaries.ts';
import {passFile, withoutPassword} from './pass-file.ts';
import type {OwnPostgresServer} from './servers.ts';
import type {StoryDatabase} from './story-database.ts';

export type BackedUp = {
  readonly hook: string;
  /** What the hook has to find in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** What runs a program as the server's account. */
  readonly before: readonly string[];
  backup(): void;
};

/** `programs`: the folder of the server's programs. */
export async function backedUp(server: OwnPostgresServer, source: StoryDatabase, programs: string): Promise<BackedUp> {
  const {dataFolder = ''} = server;
  const home = join(dirname(dataFolder), 'backups');
  const config = join(home, 'pgbackrest.conf');
  const account = serverAccount();
  const {password} = new URL(server.url);
  const pgbackrest = (...words: readonly string[]) =>
    execFileSync('pgbackrest', [`--config=${config}`, '--stanza=shop', ...words], {
      ...account,
      cwd: home,
      env: {...process.env, PGPASSWORD: password},
    });
  mkdirSync(home);
  writeFileSync(config, configText(home, dataFolder, source.port));
  cpSync('examples/backup-verified', join(home, 'hooks'), {recursive: true});
  const passwords = passFile(home, [source.url]);
  if (account) for (const path of [home, passwords]) chownSync(path, account.uid, account.gid);
  pgbackrest('stanza-create');
  await source.run(
    `ALTER SYSTEM SET archive_command = 'pgbackrest --config=${config} --stanza=shop archive-push %p'`,
    'SELECT pg_reload_conf()',
  );
  return {
    hook: join(home, 'hooks', 'pgbackrest.sh'),
    environment: {
      BACKUP_URL: withoutPassword(source.url),
      PGPASSFILE: passwords,
      SCRATCH_FOLDER: home,
      PG_BIN: programs,
      PGBACKREST_CONFIG: config,
      PGBACKREST_STANZA: 'shop',
    },
    before: account ? ['setpriv', `--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups'] : [],
    backup: () => void pgbackrest('--type=full', '--start-fast', 'backup'),
  };
}

const configText = (home: string, dataFolder: string, port: number): string => `[global]
repo1-path=${home}/repository
repo1-retention-full=2
log-path=${home}
lock-path=${home}/lock
spool-path=${home}/spool
log-level-console=off
log-level-file=off

[shop]
pg1-path=${dataFolder}
pg1-port=${port}
pg1-socket-path=${dirname(dataFolder)}
pg1-user=postgres
`;
