/**
 * `npm run replay:record`: runs every story of `record/` with the real command line and keeps the journals in a new
 * folder here. Commit it with the version; a folder that is committed keeps its meaning for ever and is never written again.
 */
import {spawnSync} from 'node:child_process';
import {cpSync, existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {REPLAY_FOLDER} from './recordings.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const VITEST = join(PROJECT, 'node_modules', 'vitest', 'vitest.mjs');

const made = mkdtempSync(join(tmpdir(), 'crossfade-replay-'));
const {status} = spawnSync(process.execPath, [VITEST, 'run', '--config', 'test/replay/record.config.ts', ...process.argv.slice(2)], {
  cwd: PROJECT,
  env: {...process.env, REPLAY_RECORD_TO: made},
  stdio: 'inherit',
});
// All or nothing: a story that failed leaves no folder.
if (status === 0) cpSync(made, newFolder(), {recursive: true});
rmSync(made, {recursive: true});
process.exitCode = status ?? 1;

/** Of this version; a second recording of the same version gets a number. */
function newFolder(): string {
  const {version} = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {version: string};
  for (let number = 1; ; number += 1) {
    const folder = join(REPLAY_FOLDER, number === 1 ? version : `${version}-${number}`);
    if (!existsSync(folder)) return folder;
  }
}
