import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {Report} from '../../src/report/report.ts';
import {browse, chromiumProgram} from '../support/chromium.ts';
import {openLetters} from '../support/letters.ts';
import {optional} from '../support/servers.ts';
import {isPhaseStarted} from '../support/story.ts';
import {untilTrue} from '../support/until.ts';

const program = await optional(chromiumProgram);

test.skipIf(program === undefined)('a run that went to its end is told in numbers, handed on as a page, and printed', async () => {
  await using story = await openLetters('report');
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-report-'));
  try {
    const runner = story.start(['run', story.planFile]);
    await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
    const lag = /^crossfade_lag_seconds\{.*\} \d/m;
    await untilTrue('the lag of the way back is measured', async () => lag.test((await story.type('metrics')).output));
    const metrics = await story.type('metrics');
    expect(metrics.output).toMatch(/^crossfade_run_info\{.*phase="reverse-window",status="waiting",open_side="target"\} 1$/m);
    expect(metrics.output).toMatch(/^crossfade_runner_alive\{.*\} 1$/m);
    expect(await story.type('metrics', '--listen', 'nowhere')).toMatchObject({code: 2});
    await story.target.run('DELETE FROM post.visits WHERE person = 7');
    expect(await story.type('complete', '--confirm', 'report')).toMatchObject({code: 0});
    expect(await runner.ended, runner.lastWords()).toBe(0);
    expect(await story.source.rows('SELECT count(*)::text FROM post.visits WHERE person = 7')).toEqual([['0']]);
    const document = JSON.parse((await story.type('report', '--json')).output) as Report;
    expect(document.decommission).toMatchObject({flowedBackTo: expect.stringMatching(/^[0-9A-F]+\/[0-9A-F]+$/)});
    expect(document.decommission?.copies.map(({table}) => table).toSorted()).toEqual(
      ['letters', 'people', 'stamps', 'visits'].map((name) => `post.${name}`),
    );
    const page = join(folder, 'report.html');
    expect(await story.type('report', '--out', page)).toMatchObject({code: 0});
    expect(await story.type('report', '--out', page, '--no-input')).toMatchObject({code: 2});
    const {out, console} = await browse(program ?? '', join(folder, 'profile'), `file://${page}`, '--dump-dom');
    expect(console).toBe('');
    expect(out).toContain('completed');
    const printed = join(folder, 'report.pdf');
    await browse(program ?? '', join(folder, 'profile'), `file://${page}`, `--print-to-pdf=${printed}`);
    expect(readFileSync(printed).subarray(0, 5).toString()).toBe('%PDF-');
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
});
