import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, expect, onTestFinished, test, vi} from 'vitest';
import {systemEffects} from '../../src/runner/system-effects.ts';
import {fileOf, SWEEP, type SweepSetting, type Trap} from './trap-effects.ts';

const verb = process.argv[2];
afterEach(() => {
  vi.unstubAllEnvs();
  if (verb === undefined) process.argv.splice(2);
  else process.argv[2] = verb;
});

/** A runner with one trap that lets it go on at once; `pass` answers what the trap says so far. */
async function runnerWith(trap: Pick<Trap, 'where' | 'from' | 'label'> & {readonly times?: number}) {
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-trap-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  writeFileSync(fileOf.go(folder), '');
  const setting: SweepSetting = {folder, traps: [{name: 'point', kind: 'sql.send', times: 1, act: 'wait', ...trap}], trace: false};
  vi.stubEnv(SWEEP, JSON.stringify(setting));
  process.argv[2] = 'run';
  const {default: trapped} = await import('./trap-effects.ts');
  const effects = trapped(systemEffects);
  const reached = fileOf.reached(folder, 'point');
  const said = (): string | undefined => (existsSync(reached) ? readFileSync(reached, 'utf8') : undefined);
  return {
    begin: (phase: string) => effects.point('journal.write', `phase-started ${phase}`),
    pass: async (label: string) => {
      await effects.point('sql.send', label);
      return said();
    },
    forget: () => rmSync(reached),
  };
}

test('a trap springs at the passing that was asked for, in its place only, and once', async () => {
  const {begin, pass, forget} = await runnerWith({where: 'load#2', label: 'work: COPY a', times: 2});
  await begin('load');
  for (let i = 0; i < 3; i++) expect(await pass('work: COPY a')).toBeUndefined();
  await begin('load');
  expect(await pass('work: COPY a')).toBeUndefined();
  expect(await pass('work: COPY b')).toBeUndefined();
  expect(await pass('work: COPY a')).toBe('there');
  forget();
  await begin('other');
  expect(await pass('work: COPY a')).toBeUndefined();
});

test('a point that was not passed this time is struck as soon as its visit is over', async () => {
  const {begin, pass} = await runnerWith({where: 'load#1', label: 'work: COPY a'});
  await begin('assess');
  expect(await pass('work: COPY b')).toBeUndefined();
  await begin('load');
  expect(await pass('work: COPY b')).toBeUndefined();
  await begin('next');
  expect(await pass('work: COPY b')).toBe('late');
});

test('what comes when it comes is aimed at from its visit on', async () => {
  const {begin, pass} = await runnerWith({from: 'load#1', label: 'apply: COMMIT'});
  await begin('assess');
  expect(await pass('apply: COMMIT')).toBeUndefined();
  await begin('load');
  await begin('next');
  expect(await pass('work: COPY b')).toBeUndefined();
  expect(await pass('apply: COMMIT')).toBe('there');
});
