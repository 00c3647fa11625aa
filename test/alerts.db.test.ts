/** The alert rules are judged by Prometheus' own tool. */
import {spawnSync} from 'node:child_process';
import {expect, test} from 'vitest';
import {optional} from './support/servers.ts';
import {promtoolCommand} from './support/prometheus.ts';

const promtool = await optional(promtoolCommand);

test.skipIf(promtool === undefined)('the alerts fire when they should, and only then', () => {
  const [program = '', ...before] = promtool ?? [];
  for (const parameters of [
    ['check', 'rules', 'docs/alerts/crossfade.rules.yml'],
    ['test', 'rules', 'docs/alerts/crossfade.tests.yml'],
  ]) {
    const {status, stdout, stderr} = spawnSync(program, [...before, ...parameters], {encoding: 'utf8'});
    expect(status, `${stdout}${stderr}`).toBe(0);
  }
});
