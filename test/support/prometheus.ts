/** A real Prometheus for tests, which asks one service for its numbers. */
import {spawn} from 'node:child_process';
import {chownSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {serverAccount} from '../../examples/demo/embedded-binaries.ts';
import {freePort} from '../../examples/demo/free-port.ts';
import type {Command} from './debian-packages.ts';
import {fetchedProgram} from './fetched-programs.ts';
import {addCleanUp, addMiss, ServerMissing} from './server-folder.ts';
import {endProcess} from './server-process.ts';
import {untilTrue} from './until.ts';

export type Prometheus = AsyncDisposable & {readonly url: string};

/** Prometheus' own tool for rules. Throws ServerMissing where there is none. */
export async function promtoolCommand(): Promise<Command> {
  const [loader, ...rest] = prometheusCommand();
  return [loader, ...rest.map((part) => part.replace(/\/bin\/prometheus$/, '/bin/promtool'))];
}

function prometheusCommand(): Command {
  const found = fetchedProgram('prometheus');
  if (found) return found;
  addMiss({server: 'Prometheus', command: 'npm run servers:fetch', reasons: ['none was fetched']});
  throw new ServerMissing('Prometheus could not be had. Provide it: npm run servers:fetch');
}

/** `scraped`: host and port of the service. Throws ServerMissing where there is none. */
export async function startPrometheus(scraped: string): Promise<Prometheus> {
  const [program, ...before] = prometheusCommand();
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-prometheus-'));
  const account = serverAccount();
  if (account) chownSync(folder, account.uid, account.gid);
  const file = join(folder, 'prometheus.yml');
  writeFileSync(
    file,
    `scrape_configs: [{job_name: shop, scrape_interval: 200ms, scrape_timeout: 200ms, static_configs: [{targets: ['${scraped}']}]}]\n`,
  );
  const port = await freePort();
  const parameters = [
    ...before,
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const {pid} = spawn(program, parameters, {...account, cwd: folder, detached: true, stdio: 'ignore'});
  if (pid === undefined) throw new Error(`${program} could not be started`);
  addCleanUp({kind: 'process', pid, folder});
  const url = `http://127.0.0.1:${port}`;
  await untilTrue('Prometheus is ready', async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok === true);
  return {
    url,
    async [Symbol.asyncDispose]() {
      await endProcess(pid, folder, 'SIGKILL');
      rmSync(folder, {recursive: true, force: true});
    },
  };
}
