/** The application as the demo holds it: a child process of which it knows only what it says on its output. */
import {type ChildProcess, spawn} from 'node:child_process';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import type {ApplicationOptions, ApplicationReport} from './application.ts';

export type Application = {
  /** The newest line; undefined in the first second. */
  report(): ApplicationReport | undefined;
  /** Lets it finish what it has begun; throws when it did not end well. */
  stop(): Promise<void>;
};

export type Addresses = {readonly source: string; readonly target: string};

/** Resolves when it has written something, so that the migration begins under load. */
export async function startApplication(options: ApplicationOptions, {source, target}: Addresses): Promise<Application> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('application.ts', import.meta.url)), JSON.stringify(options)], {
    env: {...process.env, CROSSFADE_DEMO_APP_SOURCE: source, CROSSFADE_DEMO_APP_TARGET: target},
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let last: ApplicationReport | undefined;
  const started = new Promise<void>((resolve) => {
    onLine(child, (report) => {
      last = report;
      if (report.ok > 0) resolve();
    });
  });
  const code = await Promise.race([started, ended]);
  if (code !== undefined) throw new Error(`the application ended with ${code} before it wrote anything`);
  return {report: () => last, stop: () => stop(child, ended)};
}

function onLine(child: ChildProcess, take: (report: ApplicationReport) => void): void {
  if (!child.stdout) throw new Error('the application has no output');
  // Its own `say` writes these lines.
  createInterface({input: child.stdout}).on('line', (line) => take(JSON.parse(line) as ApplicationReport));
}

async function stop(child: ChildProcess, ended: Promise<number | null>): Promise<void> {
  child.kill('SIGTERM');
  const code = await ended;
  if (code !== 0) throw new Error(`the application ended with ${code}`);
}
