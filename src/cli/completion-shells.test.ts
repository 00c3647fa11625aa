/** The scripts of `crossfade completion` in real shells: a key is pressed at a terminal, and the line that is run is what was offered. */
import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process';
import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {systemProgram} from '../../test/support/installed-tools.ts';
import {ifHad} from '../../test/support/servers.ts';
import {untilTrue} from '../../test/support/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'crossfade-shells-'));
afterAll(() => rmSync(folder, {recursive: true, force: true}));
writeFileSync(
  join(folder, 'crossfade'),
  `#!/bin/sh
if [ "$1" = completion ]; then exec '${process.execPath}' '${resolve('src/cli/main.ts')}' "$@"; fi
echo "ran <$*>"
`,
);
chmodSync(join(folder, 'crossfade'), 0o755);

/** How each begins without anybody's own settings, and takes the script. `ready` is printed by the shell, and stands in no line that is typed. */
const SHELLS = {
  bash: {start: 'bash --norc --noprofile -i', take: 'source <(crossfade completion bash)'},
  zsh: {start: 'zsh -f -i', take: 'autoload -U compinit; compinit -u -D; source <(crossfade completion zsh)'},
  fish: {start: 'fish --no-config -i', take: 'crossfade completion fish | source'},
} as const;

const had = await Promise.all(
  (Object.keys(SHELLS) as (keyof typeof SHELLS)[]).map(async (name) => ({name, program: await ifHad(() => systemProgram(name))})),
);

/** Its end, of root and of others. */
const PROMPT = /[#$%>] /;

class Terminal implements AsyncDisposable {
  readonly #process: ChildProcessWithoutNullStreams;
  #said = '';

  constructor(start: string) {
    const environment = {
      PATH: `${folder}:${process.env['PATH']}`,
      HOME: folder,
      TERM: 'dumb',
      XDG_CONFIG_HOME: folder,
      XDG_DATA_HOME: folder,
    };
    this.#process = spawn('script', ['-qec', start, '/dev/null'], {env: environment, cwd: folder});
    this.#process.stdout.on('data', (part: Buffer) => void (this.#said += part.toString()));
  }

  type(text: string): void {
    this.#process.stdin.write(text);
  }

  says(text: string | RegExp): Promise<true> {
    return untilTrue(`the terminal says ${text}`, () => (typeof text === 'string' ? this.#said.includes(text) : text.test(this.#said)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((whenEnded) => this.#process.once('exit', whenEnded));
    this.#process.kill('SIGKILL'); // the shell hears that its terminal is gone
    await ended;
  }
}

describe.each(had)('$name', ({name, program}) => {
  test.skipIf(program === undefined)('offers verbs and flags', async () => {
    await using terminal = new Terminal(SHELLS[name].start);
    await terminal.says(PROMPT);
    terminal.type(`${SHELLS[name].take}; echo tak''en\n`);
    await terminal.says('taken');
    terminal.type('crossfade ev\t');
    await terminal.says('crossfade events');
    terminal.type('--verif\t');
    await terminal.says('--verify');
    terminal.type('\n');
    expect(await terminal.says('ran <events --verify>')).toBe(true);
  });
});
