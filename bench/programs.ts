/** Peers that are programs of their own: taken when they are installed, named as missing when not. */
import {spawn, spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

/** Its version, or undefined when it is not installed. */
export function versionOf(program: string): string | undefined {
  const {status, stdout} = spawnSync(program, ['--version'], {encoding: 'utf8'});
  return status === 0 ? stdout.trim().split('\n')[0] : undefined;
}

/** One stream, binary: the fastest that two commands of PostgreSQL do without any programme between them. */
export function psqlToPsql(source: string, target: string): Promise<void> {
  return shell(
    `set -o pipefail; psql -qXd "$SOURCE" -c 'COPY item TO STDOUT (FORMAT binary)' | psql -qXd "$TARGET" -c 'COPY item FROM STDIN (FORMAT binary)'`,
    {SOURCE: source, TARGET: target},
  );
}

/**
 * As its manual has it, with as many jobs as crossfade has connections; the schema is there already. Only the one table,
 * because crossfade may have been at the source before.
 */
export function pgcopydb(source: string, target: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pgcopydb-'));
  writeFileSync(join(folder, 'filters.ini'), '[include-only-table]\npublic.item\n');
  return shell(
    'pgcopydb copy table-data --source "$SOURCE" --target "$TARGET" --table-jobs 4 --filters "$FOLDER/filters.ini" --dir "$FOLDER/work"',
    {SOURCE: source, TARGET: target, FOLDER: folder},
  ).finally(() => rmSync(folder, {recursive: true}));
}

/** The floor of any comparison: one hash of each row, summed, on both servers at once. */
export async function hashBoth(source: string, target: string): Promise<void> {
  const sum = `psql -qXd "$DATABASE" -c "SELECT count(*), sum(hashtextextended(item::text, 0)) FROM item"`;
  await Promise.all([shell(sum, {DATABASE: source}), shell(sum, {DATABASE: target})]);
}

function shell(command: string, environment: Readonly<Record<string, string>>): Promise<void> {
  const child = spawn('bash', ['-c', command], {env: {...process.env, ...environment}, stdio: ['ignore', 'ignore', 'pipe']});
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (said += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command.split(' ')[0]} ended with ${code}: ${firstWords(said)}`)),
    );
  });
}

/** What failed first; the rest follows from it. */
const firstWords = (said: string): string => (/.*\bERROR\b.*/.exec(said)?.[0] ?? said).slice(0, 400);
