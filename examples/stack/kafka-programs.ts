/**
 * Kafka's broker, Kafka Connect and Debezium as files of this machine: brought by Maven as pom.xml names them, so that neither
 * root nor a container is needed. Used by `npm run stack` and by the tests.
 */
import {spawnSync} from 'node:child_process';
import {copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {type Account, FETCHED_FOLDER, serverAccount} from '../demo/embedded-binaries.ts';

export type KafkaPrograms = {
  readonly java: string;
  /** The folder with the jars of broker and Connect. */
  readonly libraries: string;
  /** One folder for each of Debezium's connectors. */
  readonly plugins: string;
  /** Absent where this process is not root. */
  readonly account: Account | undefined;
};

const POM = fileURLToPath(new URL('pom.xml', import.meta.url));
const FOLDER = join(FETCHED_FOLDER, 'kafka');
/** Of Kafka 4's broker. */
const JAVA_MIN = 17;

/** Throws with the reason where they cannot be run. */
export function findKafka(): KafkaPrograms {
  const java = findJava();
  if (!isFetched()) throw new Error('Kafka was not fetched (npm run servers:fetch)');
  const libraries = join(FOLDER, 'libraries');
  return {java, libraries, plugins: join(FOLDER, 'plugins'), account: accountThatReads(libraries)};
}

/** 110 MB; what is there stays, as long as pom.xml names the same. The folder appears whole, by a rename. */
export function fetchKafka(): void {
  findJava();
  if (isFetched()) return;
  const making = `${FOLDER}.new`;
  for (const old of [making, FOLDER]) rmSync(old, {recursive: true, force: true});
  mkdirSync(making, {recursive: true});
  const words = ['--batch-mode', '--quiet', '--no-transfer-progress', '--file', POM, `-Dfolder=${making}`, 'package'];
  const {status, error} = spawnSync('mvn', words, {stdio: 'inherit'});
  if (status !== 0) throw new Error(`Kafka is fetched by Maven: ${error?.message ?? `mvn ended with ${status}`}`);
  copyFileSync(POM, join(making, 'pom.xml'));
  renameSync(making, FOLDER);
}

/** Of these versions: another pom.xml makes it another folder. */
function isFetched(): boolean {
  const made = join(FOLDER, 'pom.xml');
  return existsSync(made) && readFileSync(made, 'utf8') === readFileSync(POM, 'utf8');
}

function findJava(): string {
  const home = process.env['JAVA_HOME'];
  const java = home ? join(home, 'bin', 'java') : 'java';
  const {stderr, error} = spawnSync(java, ['-version'], {encoding: 'utf8'});
  if (error) throw new Error(`no Java: ${error.message}`);
  const version = Number(/version "(\d+)/.exec(stderr)?.[1]);
  if (!(version >= JAVA_MIN)) throw new Error(`Kafka needs Java ${JAVA_MIN} or later, and ${java} says ${stderr.split('\n')[0]}`);
  return java;
}

/** Kafka runs as root too, where nobody else may enter the folder of the project. */
function accountThatReads(folder: string): Account | undefined {
  const account = serverAccount();
  return account && spawnSync('ls', [folder], {...account, cwd: '/'}).status === 0 ? account : undefined;
}
