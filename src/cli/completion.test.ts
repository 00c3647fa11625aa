import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {stateFolder, type} from '../../test/support/command-line.ts';
import {atCutover, ended, started} from '../../test/support/journal-facts.ts';
import {commands} from './commands.ts';
import {subjects} from './explain-subjects.ts';

// The package prints with console.log, one line a call.
const printed: string[] = [];
beforeEach(() => {
  printed.length = 0;
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});
afterEach(() => void vi.restoreAllMocks());

/** What the shell would offer for a line, the last word being typed. */
async function offered(...words: readonly string[]): Promise<string[]> {
  expect(await type(['completion', 'complete', '--', ...words])).toMatchObject({code: 0, err: ''});
  return printed.filter((line) => !line.startsWith(':')).map((line) => line.split('\t')[0] ?? '');
}

describe('the script', () => {
  it.each(['bash', 'zsh', 'fish'])('of %s asks under the verb completion, never the destructive complete', async (shell) => {
    expect(await type(['completion', shell])).toMatchObject({code: 0});
    const requests = printed.join('\n').match(/\S+ \S+ complete -- /g) ?? [];
    expect(requests.length).toBeGreaterThan(0);
    expect(requests.filter((request) => !request.endsWith('crossfade completion complete -- '))).toEqual([]);
  });

  it('is refused for a shell that is not known', async () => {
    expect(await type(['completion', 'tcsh'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('there is no completion for tcsh'),
    });
  });
});

describe('what is offered', () => {
  it('is verbs, but not the hidden one', async () => {
    const visible = commands.filter(({isHidden}) => isHidden !== true).map(({name}) => name);
    expect(visible.length).toBeLessThan(commands.length);
    expect(await offered('')).toEqual(visible);
    printed.length = 0;
    expect(await offered('re')).toEqual(visible.filter((name) => name.startsWith('re')));
  });

  it('is the flags of the verb beside the global ones', async () => {
    expect(await offered('events', '--')).toEqual(expect.arrayContaining(['--json', '--state', '--run', '--follow', '--verify']));
    printed.length = 0;
    expect(await offered('status', '--')).not.toContain('--follow');
  });

  it('is the runs that are going on, as values of --run', async () => {
    await using state = await stateFolder();
    await state.begin('0198aaaa', ...atCutover);
    await state.begin('0198bbbb', ...atCutover, started('cutover'), ended('cutover', 'abort'));
    expect(await offered('status', '--state', state.folder, '--run', '')).toEqual(['0198aaaa']);
  });

  it('is the gates that the run stands before', async () => {
    await using state = await stateFolder();
    await state.begin('0198aaaa', ...atCutover);
    expect(await offered('approve', '--state', state.folder, '')).toEqual(['replication-lag', 'checksum-match', 'approval']);
  });

  it('is the plan, to confirm a cutover with', async () => {
    await using state = await stateFolder();
    await state.begin('0198aaaa', ...atCutover);
    expect(await offered('cutover', `--state=${state.folder}`, '--confirm', '')).toEqual(['shop-17-to-18']);
  });

  it('is the steps of runs', async () => {
    expect(await offered('sql', 'raise')).toEqual(['raise-fence']);
    printed.length = 0;
    expect(await offered('sql', 'hold', '--plan', 'plans/shop-1')).toEqual(['plans/shop-17-to-18.yaml']);
  });

  it('is plan files and folders, codes and workflows', async () => {
    expect(await offered('validate', 'plans/shop-1')).toEqual(['plans/shop-17-to-18.yaml']);
    printed.length = 0;
    expect(await offered('explain', '')).toEqual(subjects.flatMap(({pages}) => Object.keys(pages)));
    printed.length = 0;
    expect(await offered('graph', 'live')).toEqual(['live-migration']);
  });
});
