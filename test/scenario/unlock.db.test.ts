/** A runner that hangs cannot be asked, and holds the run. A person ends it from outside, and another goes on (H-96, K1-K3). */
import {expect, test} from 'vitest';
import {bothChecksums, openLetters} from '../support/letters.ts';
import {expectRefused, isPhaseStarted, type Story} from '../support/story.ts';
import {untilTrue} from '../support/until.ts';

const HELD = 5;
const OVERRIDE = ['--override', 'CF-LEASE-001', '--reason', 'it hangs', '--confirm', 'hung'];

const newestPid = async (story: Story): Promise<number> => {
  const pid = (await story.facts()).flatMap((fact) => (fact.type === 'runner-started' ? [fact.pid] : [])).at(-1);
  if (pid === undefined) throw new Error('no runner has started');
  return pid;
};
const sessions = (story: Story, side: 'source' | 'target') =>
  story[side].value(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'crossfade %'`);

test('a stopped runner is unlocked: refused while it seems alive, ended by name, and what it still does counts for nothing', async () => {
  await using story = await openLetters('hung', {plan: {gates: {cutover: ['approval']}}});
  const sleeper = story.start(['run', story.planFile]);
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
  const first = await newestPid(story);
  process.kill(first, 'SIGSTOP');
  try {
    const shown = await story.type('unlock', '--dry-run', '--json');
    expect(JSON.parse(shown.output)).toMatchObject({
      ended: false,
      holders: [
        {side: 'source', holder: expect.stringContaining(`pid ${first}`), alive: true},
        {side: 'target', holder: expect.stringContaining(`pid ${first}`), alive: true},
      ],
    });
    expectRefused(await story.type('unlock', '--confirm', 'hung', '--reason', 'late', '--json'), 'CF-LEASE-001', HELD, `pid ${first}`);
    expect(await story.type('unlock', ...OVERRIDE.slice(0, -1), 'another')).toMatchObject({code: 2});
    expectRefused(await story.type('resume', '--json'), 'CF-LEASE-001', HELD);
    expect(await story.type('unlock', ...OVERRIDE)).toMatchObject({code: 0, output: 'unlocked; epoch 2 refuses the old runner\n'});
    expect([await sessions(story, 'source'), await sessions(story, 'target')]).toEqual(['0', '0']);
    const status = JSON.parse((await story.type('status', '--json')).output) as unknown;
    expect(status).toMatchObject({epoch: 2, runner: {stopped: expect.stringMatching(/^unlocked by /), alive: false}});
    expect(await story.type('unlock')).toMatchObject({code: 0, output: 'nobody holds the run\n'});
    const successor = story.start(['resume']);
    await untilTrue('a second runner is at work', async () => (await newestPid(story)) !== first);
    await story.source.run(`UPDATE post.visits SET visits = visits + 1`);
    process.kill(first, 'SIGCONT');
    expect(await sleeper.ended).not.toBe(0);
    expect(
      (await story.facts()).some(({type}) => type === 'failed'),
      'a replaced runner fails for itself',
    ).toBe(false);
    await story.type('approve', 'approval', '--reason', 'the story', '--yes');
    await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
    expect(successor.isRunning).toBe(true);
  } finally {
    if (sleeper.isRunning) process.kill(first, 'SIGCONT');
  }
  const unlocked = await story.untilFact('it is on record', ({type}) => type === 'unlocked');
  expect(unlocked).toMatchObject({epoch: 2, override: 'CF-LEASE-001', reason: 'it hangs', holder: expect.stringContaining(`pid ${first}`)});
  expect((await story.type('status')).output).toMatch(/^overridden: CF-LEASE-001 by .*: it hangs$/m);
  expect(JSON.parse((await story.type('status', '--json')).output)).toMatchObject({
    overrides: [{against: 'CF-LEASE-001', reason: 'it hangs'}],
  });
  const {source, target} = await bothChecksums(story);
  expect(target).toEqual(source);
});
