/** The real browser that shows pages to tests: by `TEST_CHROMIUM`, or installed. */
import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {delimiter, join} from 'node:path';
import {text} from 'node:stream/consumers';
import {addMiss, ServerMissing} from './server-folder.ts';

/** Throws ServerMissing where there is none. */
export async function chromiumProgram(): Promise<string> {
  const {TEST_CHROMIUM: named, PATH: path = ''} = process.env;
  if (named) return named;
  const files = path
    .split(delimiter)
    .flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)));
  const installed = files.find((file) => existsSync(file));
  if (installed !== undefined) return installed;
  const command = 'apt-get install chromium';
  addMiss({server: 'Chromium', command, reasons: ['no program chromium on the PATH']});
  throw new ServerMissing(`Chromium could not be had. Provide it: ${command}`);
}

/** Opens an address as a person would and does things with it; answers with what it printed and what it complained of. */
export async function browse(
  program: string,
  profile: string,
  address: string,
  ...acts: readonly string[]
): Promise<{readonly out: string; readonly console: string}> {
  const flags = [
    '--headless',
    '--disable-gpu',
    '--no-sandbox',
    '--disable-dev-shm-usage',
    '--enable-logging=stderr',
    `--user-data-dir=${profile}`,
  ];
  const child = spawn(program, [...flags, ...acts, address], {stdio: ['ignore', 'pipe', 'pipe']});
  const ended = new Promise<number | null>((resolve, reject) => child.once('exit', resolve).once('error', reject));
  const [out, said, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${said}`);
  return {
    out,
    console: said
      .split('\n')
      .filter((line) => line.includes(':CONSOLE'))
      .join('\n'),
  };
}
