import {chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type} from '../../test/support/command-line.ts';

test('hooks are listed, tried as a dry run, and texts are printed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-hooks-'));
  try {
    const program = join(folder, 'ask.sh');
    writeFileSync(
      program,
      `#!/bin/sh\necho "$CROSSFADE_HOOK $CROSSFADE_DRY_RUN" >> ${folder}/log\ntest "$CROSSFADE_HOOK" = success || { echo no >&2; exit 1; }\n`,
    );
    chmodSync(program, 0o755);
    const plan = join(folder, 'plan.yaml');
    const hooks = `hooks: [{on: [success, before-cutover], run: ${program}, name: asker}]\nannouncements: {before: "{name} at {at}"}\n`;
    writeFileSync(plan, `${readFileSync('plans/demo.yaml', 'utf8')}\n${hooks}`);
    expect(await type(['validate', plan])).toMatchObject({code: 0, out: expect.stringContaining('hook asker: runs')});
    expect(JSON.parse((await type(['hooks', plan, '--json'])).out)).toMatchObject({
      hooks: [{name: 'asker', mayRefuse: ['before-cutover']}],
    });
    expect(await type(['hooks', plan, 'success'])).toMatchObject({code: 0, out: 'asker: exit code 0\n'});
    expect(await type(['hooks', plan, 'before-cutover'])).toMatchObject({code: 4, out: expect.stringContaining('asker: failed:')});
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('success true\nbefore-cutover true\n');
    expect((await type(['announce', plan, 'before', '--at', 'noon'])).out).toMatch(/ at noon\n$/);
    expect(JSON.parse((await type(['announce', plan, 'reversed', '--json'])).out)).toMatchObject({announcement: 'reversed'});
  } finally {
    rmSync(folder, {recursive: true});
  }
});
