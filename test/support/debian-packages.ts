/**
 * Programs of another Debian than this machine's, unpacked and never installed: with all their libraries and their own
 * loader in one folder, so neither root nor a container is needed. They come from where this machine's own packages do.
 */
import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

/** The program and the arguments that come before all others. */
export type Command = readonly [string, ...string[]];

/** Of what a package needs, what is for its installation only. */
const NEEDLESS = /^(?:lib)?(?:perl|python)/;
const KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** How a program of that folder runs here: under its own loader, which finds its own libraries. Undefined where nothing was unpacked. */
export function unpackedCommand(folder: string, program: string): Command | undefined {
  const all = join(folder, 'usr', 'lib');
  const triplet = existsSync(all) ? readdirSync(all).find((name) => name.endsWith('-linux-gnu')) : undefined;
  if (triplet === undefined || !existsSync(program)) return undefined;
  const libraries = join(all, triplet);
  const loader = readdirSync(libraries).find((name) => name.startsWith('ld-linux'));
  return loader === undefined ? undefined : [join(libraries, loader), '--library-path', libraries, program];
}

/** The package and all that it needs, as that suite has it. The folder appears whole, by a rename. */
export function unpackPackage(name: string, suite: string, folder: string): void {
  if (!existsSync(KEYS)) throw new Error(`${name} is fetched as a package of Debian, and this machine has no ${KEYS}`);
  const making = `${folder}.new`;
  for (const old of [making, folder]) rmSync(old, {recursive: true, force: true});
  const apt = prepareApt(making, suite);
  apt('update');
  apt('--yes', '--download-only', '--no-install-recommends', 'install', name);
  const archives = join(making, 'cache', 'archives');
  for (const file of readdirSync(archives).filter((one) => one.endsWith('.deb') && !NEEDLESS.test(one)))
    execFileSync('dpkg-deb', ['--extract', join(archives, file), join(making, 'root')]);
  renameSync(join(making, 'root'), folder);
  rmSync(making, {recursive: true, force: true});
}

/** An `apt-get` that knows one suite, holds nothing for installed and keeps all that it writes in that folder. */
function prepareApt(folder: string, suite: string): (...words: readonly string[]) => void {
  const at = (...parts: readonly string[]): string => join(folder, ...parts);
  for (const made of [at('lists', 'partial'), at('cache', 'archives', 'partial'), at('root')]) mkdirSync(made, {recursive: true});
  writeFileSync(at('status'), '');
  writeFileSync(at('sources.list'), `deb [signed-by=${KEYS}] ${ownMirror()} ${suite} main\n`);
  const settings = {
    'Dir::Etc::SourceList': at('sources.list'),
    'Dir::Etc::SourceParts': '-',
    'Dir::State::Lists': at('lists'),
    'Dir::State::status': at('status'),
    'Dir::Cache': at('cache'),
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
    // A machine whose clock or mirror is behind takes a release that is past its date.
    'Acquire::Check-Valid-Until': 'false',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  return (...words) => void execFileSync('apt-get', [...options, ...words], {stdio: ['ignore', 'ignore', 'inherit']});
}

function ownMirror(): string {
  const asked = ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages', 'Component: main'];
  const found = execFileSync('apt-get', asked, {encoding: 'utf8'}).split('\n');
  const first = found.find((line) => /\/debian\/?$/.test(line));
  if (first === undefined) throw new Error('apt-get knows no place with packages of Debian');
  return first;
}
