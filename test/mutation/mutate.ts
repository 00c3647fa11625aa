/** A copy of the project in which one known bug at a time is put in, and the one test that has to fail by its own assertion. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import type {Mutation} from './mutations.ts';
import {applyPatch, type Patch, parsePatches} from './patch.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const COPIED = [
  'src',
  'test',
  'workflows',
  'examples',
  'bench',
  'docs',
  'plans',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
  'plan.schema.json',
];

/** A test run inside of a test run must not take itself for a part of it. */
const ENVIRONMENT = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST') && name !== 'NODE_ENV'));

export const patchesOf = ({bug}: Mutation): readonly Patch[] =>
  parsePatches(readFileSync(join(import.meta.dirname, `${bug}.patch`), 'utf8'));

export class MutatedTree implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'crossfade-mutation-'));

  constructor() {
    for (const name of COPIED) cpSync(join(ROOT, name), join(this.#folder, name), {recursive: true});
    symlinkSync(join(ROOT, 'node_modules'), join(this.#folder, 'node_modules'));
  }

  /** Undefined when the bug was caught as it has to be; otherwise what happened instead. */
  async judge(mutation: Mutation): Promise<string | undefined> {
    const kept = new Map<string, string>();
    try {
      for (const patch of patchesOf(mutation)) {
        const path = join(this.#folder, patch.path);
        const source = readFileSync(path, 'utf8');
        kept.set(path, source);
        writeFileSync(path, applyPatch(patch, source));
      }
      return verdict(mutation, await this.#run(mutation));
    } finally {
      for (const [path, source] of kept) writeFileSync(path, source);
    }
  }

  /** Without the bug the same test has to pass. */
  async passes(mutation: Mutation): Promise<boolean> {
    return outcomeOf(mutation, await this.#run(mutation))?.status === 'passed';
  }

  async #run({file, test}: Mutation): Promise<Report> {
    const output = join(this.#folder, 'report.json');
    rmSync(output, {force: true});
    const project = file.endsWith('.db.test.ts') ? 'database' : 'unit';
    const named = test.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const words = ['vitest', 'run', '--project', project, '--reporter=json', `--outputFile=${output}`, '-t', named, file];
    const child = spawn(join(ROOT, 'node_modules/.bin', words[0] ?? ''), words.slice(1), {
      cwd: this.#folder,
      stdio: 'ignore',
      env: ENVIRONMENT,
    });
    await once(child, 'exit');
    return JSON.parse(readFileSync(output, 'utf8')) as Report;
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, {recursive: true, force: true});
  }
}

type Outcome = {readonly title: string; readonly status: string; readonly failureMessages: readonly string[]};
type Report = {readonly testResults: readonly {readonly message: string; readonly assertionResults: readonly Outcome[]}[]};

const outcomeOf = ({test}: Mutation, {testResults}: Report): Outcome | undefined =>
  testResults
    .flatMap(({assertionResults}) => assertionResults)
    .find(({title, status}) => title === test && status !== 'skipped' && status !== 'pending');

const verdict = (mutation: Mutation, report: Report): string | undefined => {
  const outcome = outcomeOf(mutation, report);
  if (!outcome) return `the test did not run: ${report.testResults.map(({message}) => message).join(' ')}`;
  if (outcome.status !== 'failed') return 'the test passes with the bug in it';
  const reason = outcome.failureMessages.join('\n');
  // A property tells its last counterexample first. The second: what was expected to be refused was not.
  return /^((?:Got )?AssertionError|Error: promise resolved .* instead of rejecting)/m.test(reason)
    ? undefined
    : `the test failed, but not by its assertion: ${reason.slice(0, 300)}`;
};
