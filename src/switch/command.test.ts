import {chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {type SwitchWorld, trafficSwitchConformance} from '../../test/conformance/traffic-switch.ts';
import {realEffects} from '../../test/support/effects.ts';
import {isRunning} from '../../test/support/server-process.ts';
import {unusedFacts} from '../../test/support/switch-facts.ts';
import {TerminalError, TransientError} from '../model/errors.ts';
import {command} from './command.ts';
import type {TrafficSwitch} from './traffic-switch.ts';

const EXAMPLE = resolve(import.meta.dirname, '../../examples/switch-command/switch.sh');

trafficSwitchConformance('the example of command', async (): Promise<SwitchWorld> => {
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-switch-'));
  const side = (): 'source' | 'target' =>
    existsSync(join(folder, 'side')) && readFileSync(join(folder, 'side'), 'utf8').trim() === 'target' ? 'target' : 'source';
  let waiting = 0;
  return {
    driver: (effects) => command({run: ['/usr/bin/env', `SWITCH_STATE=${folder}`, EXAMPLE]}, unusedFacts(effects)),
    async statement() {
      waiting += 1;
      while (existsSync(join(folder, 'held'))) await sleep(2);
      waiting -= 1;
      return side();
    },
    waiting: async () => (existsSync(join(folder, 'held')) ? waiting : 0),
    end: async () => rmSync(folder, {recursive: true}),
  };
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfade-switch-'));
});
afterEach(() => rmSync(folder, {recursive: true}));

const driverOf = (script: string): TrafficSwitch => {
  const file = join(folder, 'switch');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return command({run: file}, unusedFacts(realEffects()));
};

test('the facts stand in its environment', async () => {
  const file = join(folder, 'seen');
  const one = driverOf(`env | grep '^CROSSFADE_' | sort >> ${file}; echo '{"side": "target", "held": false}'`);
  await one.route({epoch: 7, side: 'target'});
  expect(readFileSync(file, 'utf8').split('\n')).toEqual([
    ...['CROSSFADE_EPOCH=7', 'CROSSFADE_MIGRATION=shop', 'CROSSFADE_SIDE=target', 'CROSSFADE_SWITCH_ACTION=route'],
    ...['CROSSFADE_MIGRATION=shop', 'CROSSFADE_SWITCH_ACTION=observe', ''],
  ]);
});

test('a failure shows the last line of its errors, without secrets', async () => {
  process.env['CROSSFADE_TEST_PASSWORD'] = 'hunter22';
  const one = driverOf('echo noise >&2; echo "login of postgres://a:b%40c@host failed: hunter22 password=xyz" >&2; exit 4');
  const error = await one.observe().catch((thrown: unknown) => thrown);
  delete process.env['CROSSFADE_TEST_PASSWORD'];
  expect(error).toBeInstanceOf(TransientError);
  expect(String(error)).toContain('exit code 4: login of postgres://a:***@host failed: *** password=***');
});

test('one that never ends is ended with its children, and says so', async () => {
  const file = join(folder, 'child');
  const one = driverOf(`sleep 600 & echo $! > ${file}; wait`);
  await expect(one.hold({epoch: 1, untilMs: 300})).rejects.toThrow('no end within 300 ms');
  const child = Number(readFileSync(file, 'utf8'));
  while (isRunning(child, 'sleep')) await sleep(5);
});

test('an answer that is no observation, a route that did not happen, a program that is not there', async () => {
  await expect(driverOf('echo "{}"').observe()).rejects.toThrow(TerminalError);
  await expect(driverOf('echo hello').observe()).rejects.toThrow(/no observation: hello/);
  const wrong = driverOf(`echo '{"side": "source", "held": false}'`);
  await expect(wrong.route({epoch: 1, side: 'target'})).rejects.toThrow(/it then observes/);
  await expect(wrong.hold({epoch: 1, untilMs: 5000})).rejects.toThrow(/observes no hold/);
  await expect(command({run: join(folder, 'absent')}, unusedFacts(realEffects())).observe()).rejects.toThrow(/could not start/);
  expect(() => command({command: 'x'}, unusedFacts(realEffects()))).toThrow(/does not know command/);
});
