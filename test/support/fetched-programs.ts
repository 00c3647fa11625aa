/** Poolers, proxies and a Prometheus that `servers:fetch` brings as packages of Debian. */
import {spawnSync} from 'node:child_process';
import {join} from 'node:path';
import {FETCHED_FOLDER, serverAccount} from '../../examples/demo/embedded-binaries.ts';
import {type Command, unpackedCommand, unpackPackage} from './debian-packages.ts';

/** By its name, which is the package's too. The suite decides over the version. */
const PROGRAMS = {
  haproxy: {suite: 'trixie', folder: 'sbin', versionFlag: '-v'},
  pgbouncer: {suite: 'forky', folder: 'sbin', versionFlag: '--version'},
  prometheus: {suite: 'trixie', folder: 'bin', versionFlag: '--version'},
} as const;
export type FetchedProgram = keyof typeof PROGRAMS;

/** Undefined where `servers:fetch` did not bring it, or where it does not run. */
export function fetchedProgram(name: FetchedProgram): Command | undefined {
  const command = unpackedCommand(folderOf(name), join(folderOf(name), 'usr', PROGRAMS[name].folder, name));
  return command && versionOf(name, command) !== undefined ? command : undefined;
}

/** `1.24`; undefined when it does not run. */
export function versionOf(name: FetchedProgram, [program, ...before]: Command): string | undefined {
  const {stdout} = spawnSync(program, [...before, PROGRAMS[name].versionFlag], {cwd: '/', encoding: 'utf8', ...serverAccount()});
  return /(\d+\.\d+)\./.exec(stdout ?? '')?.[1];
}

/** 80 MB to download. What is there stays. */
export function fetchPrograms(): void {
  for (const name of Object.keys(PROGRAMS) as FetchedProgram[]) {
    if (fetchedProgram(name)) continue;
    unpackPackage(name, PROGRAMS[name].suite, folderOf(name));
    if (!fetchedProgram(name)) throw new Error(`${name} of ${PROGRAMS[name].suite} does not run here`);
  }
}

const folderOf = (name: FetchedProgram): string => join(FETCHED_FOLDER, `${name}-${PROGRAMS[name].suite}`);
