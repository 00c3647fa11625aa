import {chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {automation} from '../../test/support/failover-automation.ts';
import {recordingEffects} from '../../test/support/effects.ts';
import {TerminalError, TransientError} from '../model/errors.ts';
import {astray, pausedSides} from './failover.ts';
import {ProgramFailover} from './program-failover.ts';

const PRIMARY = {source: 'one:5432', target: 'two:5432'};
const SECRET = 'only-for-patroni';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfade-failover-'));
});
afterEach(() => rmSync(folder, {recursive: true}));

const failoverOf = (program: readonly string[], effects = recordingEffects()): ProgramFailover =>
  new ProgramFailover({
    programs: {pause: [...program, 'pause'], resume: [...program, 'resume'], observe: [...program, 'observe']},
    primary: PRIMARY,
    migration: 'shop',
    secrets: async () => ({PATRONI_PASSWORD: SECRET}),
    effects,
  });

const clusters = () => {
  const one = automation(folder, PRIMARY, {reference: 'env:X', value: SECRET});
  const effects = recordingEffects();
  return {...one, effects, failover: failoverOf([join(folder, 'automation', 'program')], effects)};
};

const script = (text: string): ProgramFailover => {
  const file = join(folder, 'program');
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  return failoverOf([file]);
};

test('both sides are told to wait, are seen to wait, and go on; each call is a point where a run can die', async () => {
  const {failover, effects, promote} = clusters();
  expect(pausedSides(await failover.observe())).toEqual([]);
  await failover.pause(7001);
  const seen = await failover.observe();
  expect(pausedSides(seen)).toEqual(['source', 'target']);
  expect(astray(seen)).toBeUndefined();
  promote('target', 'three:5432');
  expect(astray(await failover.observe())).toBe('primary of the target is three:5432, planned is two:5432');
  await failover.resume(7001);
  await failover.resume(7001);
  expect(pausedSides(await failover.observe())).toEqual([]);
  expect(effects.points).toContainEqual({kind: 'admin.command', label: 'failover pause source'});
});

test('the facts stand in its environment, and its own words are arguments', async () => {
  const file = join(folder, 'seen');
  const failover = script(`[ "$1" = observe ] || env | grep '^CROSSFADE_[FMSPE]' | sort > ${file}-$1-$CROSSFADE_SIDE
echo '{"primary": null, "paused": true}'`);
  await failover.pause(7001);
  expect(readFileSync(`${file}-pause-target`, 'utf8').trim().split('\n')).toEqual([
    ...['CROSSFADE_EPOCH=7001', 'CROSSFADE_FAILOVER_ACTION=pause', 'CROSSFADE_MIGRATION=shop'],
    ...['CROSSFADE_PRIMARY=two:5432', 'CROSSFADE_SIDE=target'],
  ]);
  expect(existsSync(`${file}-pause-source`)).toBe(true);
  expect(astray(await failover.observe())).toContain('primary of the source is nobody');
});

test('one side that fails is told without its secrets, and the other has been asked all the same', async () => {
  const {failover, fail, told} = clusters();
  await failover.pause(1);
  fail('resume', true);
  const error: unknown = await failover.resume(1).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TransientError);
  expect(error).toMatchObject({code: 'CF-FAILOVER-001'});
  expect(String(error)).toContain('did not resume the automation of the source: exit code 5: the automation refuses ***');
  fail('resume', false);
  await failover.resume(1);
  expect(told().slice(2).toSorted()).toEqual(['resume source', 'resume target']);
});

test('one that says it has done it, and is seen not to have, has failed', async () => {
  const goesOn = script(`echo '{"primary": "one:5432", "paused": false}'`);
  await expect(goesOn.pause(1)).rejects.toThrow('did not pause the automation of the source: it then observes paused: false');
  const waits = script(`echo '{"primary": "one:5432", "paused": true}'`);
  await expect(waits.resume(1)).rejects.toThrow('it then observes paused: true');
});

test.each(['hello', '{}', '{"primary": 7, "paused": true}', '{"primary": "one:5432"}'])('%s is no observation', async (printed) => {
  const error: unknown = await script(`echo '${printed}'`)
    .observe()
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TerminalError);
  expect(error).toMatchObject({code: 'CF-FAILOVER-001', message: expect.stringContaining(`: ${printed}`)});
});

test('an answer that does not come is given up when the caller has no more time', async () => {
  await expect(script('sleep 600').observe(50)).rejects.toThrow(/did not observe the automation of the \w+: no end within 50 ms/);
});
