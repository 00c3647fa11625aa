/** A real file, read back line by line. */
import {mkdtempSync, readFileSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import {recordingEffects} from '../../test/support/effects.ts';
import {created, runner, started, verdict} from '../../test/support/journal-facts.ts';
import {loggedJournal} from '../cli/logged-journal.ts';
import {levelOf} from '../cli/runner-log.ts';
import {memoryJournal} from '../journal/memory-journal.ts';
import {type Log, type LogLevel, openLog} from './log.ts';

const folder = mkdtempSync(join(tmpdir(), 'crossfade-log-'));
afterAll(() => rmSync(folder, {recursive: true}));
const place = {run: '0a1b2c3d', plan: 'shop', epoch: 0, phase: 'assess'};
const open = (file: string, level: LogLevel = 'info'): Promise<Log> =>
  openLog({file: join(folder, file), level, place, clock: fakeClock('2026-05-01T10:00:00.000Z'), lost: () => undefined});
const linesOf = (file: string): unknown[] =>
  readFileSync(join(folder, file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

test('every line says when, run, phase and epoch, and is in the file at once, for its owner only', async () => {
  const log = await open('one.log');
  const journal = loggedJournal(memoryJournal('m1', recordingEffects()), log);
  for (const fact of [created, runner(3), started('cutover'), verdict('approval', false)]) await journal.append(fact);
  await journal.append({type: 'step-intent', phase: 'cutover', step: 'hold', attempt: 1});
  await journal.append({type: 'failed', code: 'CF-CONN-001', error: 'gone'});
  log.write('info', 'a note');
  expect(linesOf('one.log')).toMatchObject([
    {
      level: 'info',
      time: '2026-05-01T10:00:00.000Z',
      run: '0a1b2c3d',
      plan: 'shop',
      epoch: 0,
      phase: 'assess',
      fact: 'migration-created',
      seq: 1,
    },
    {level: 'info', epoch: 3, phase: 'assess', fact: 'runner-started'},
    {level: 'info', epoch: 3, phase: 'cutover', fact: 'phase-started'},
    {level: 'warn', epoch: 3, phase: 'cutover', fact: 'gate-verdict', msg: 'approval red before cutover: approval false'},
    {level: 'error', epoch: 3, phase: 'cutover', fact: 'failed', code: 'CF-CONN-001'},
    {level: 'info', epoch: 3, phase: 'cutover', msg: 'a note'},
  ]);
  expect(statSync(join(folder, 'one.log')).mode & 0o777).toBe(0o600);
});

test('a later runner writes on, debug has the steps, silent and no file have nothing', async () => {
  for (const text of ['first', 'second']) (await open('two.log', 'debug')).write('debug', text);
  expect(linesOf('two.log')).toMatchObject([{msg: 'first'}, {msg: 'second'}]);
  (await open('three.log', 'silent')).write('error', 'x');
  expect(() => statSync(join(folder, 'three.log'))).toThrow('ENOENT');
  await expect(open('absent/four.log')).rejects.toThrow('ENOENT');
});

test('-v means debug, a level that is asked for wins, and one that is none is refused', () => {
  expect(levelOf({logLevel: undefined, verbose: false})).toBe('info');
  expect(levelOf({logLevel: undefined, verbose: true})).toBe('debug');
  expect(levelOf({logLevel: 'warn', verbose: true})).toBe('warn');
  expect(() => levelOf({logLevel: 'loud', verbose: false})).toThrow('there is no log level loud');
});
