import {afterEach, beforeEach, expect, it, vi} from 'vitest';
import {type} from '../../test/support/command-line.ts';

const SHAPING = ['CROSSFADE_STATE', 'CROSSFADE_NO_INPUT', 'NO_COLOR', 'CROSSFADE_NO_COLOR', 'FORCE_COLOR', 'CROSSFADE_LOG_LEVEL'];
beforeEach(() => SHAPING.forEach((name) => vi.stubEnv(name, undefined)));
afterEach(() => void vi.unstubAllEnvs());

const shown = async (...flags: readonly string[]): Promise<unknown> => {
  const {code, out} = await type(['config', 'show', '--json', ...flags]);
  expect(code).toBe(0);
  const {settings} = JSON.parse(out) as {settings: readonly {readonly name: string; readonly value: string; readonly origin: string}[]};
  return Object.fromEntries(settings.map(({name, value, origin}) => [name, `${value} (${origin})`]));
};

it('says where each setting comes from', async () => {
  expect(await shown()).toEqual({
    state: expect.stringMatching(/crossfade \(default\)$/),
    input: 'asked for at a terminal (default)',
    'log level': 'info (default)',
    colour: 'at a terminal (default)',
  });
  vi.stubEnv('CROSSFADE_STATE', '/srv/state');
  vi.stubEnv('NO_COLOR', '1');
  vi.stubEnv('CROSSFADE_LOG_LEVEL', 'warn');
  expect(await shown('--no-input')).toEqual({
    state: '/srv/state (CROSSFADE_STATE)',
    input: 'never asked for (--no-input)',
    'log level': 'warn (CROSSFADE_LOG_LEVEL)',
    colour: 'never (NO_COLOR)',
  });
});

it('shows an address without its password, and the flag before the environment', async () => {
  vi.stubEnv('CROSSFADE_STATE', '/srv/state');
  const answer = await type(['config', 'show', '--state', 'postgres://me:canary-secret@db/state']);
  expect(answer).toMatchObject({code: 0, out: expect.stringMatching(/^state +postgres:\/\/me:\*\*\*@db\/state +--state$/m)});
  expect(answer.out).not.toContain('canary-secret');
});

it('refuses any other word', async () => {
  expect(await type(['config', 'hide'])).toMatchObject({code: 2, err: expect.stringContaining('Next: crossfade config show')});
});
