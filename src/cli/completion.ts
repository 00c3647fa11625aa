/**
 * `crossfade completion bash|zsh|fish`: prints the script for that shell. The script then asks `crossfade completion
 * complete -- WORDS`: under this verb, because `crossfade complete` by itself ends the way back. The package writes to
 * stdout itself; it is wrapped here and used nowhere else.
 */
import {RootCommand} from '@bomb.sh/tab';
import {Command} from 'commander';
import {TerminalError} from '../model/errors.ts';
import type {CommandModule} from './command.ts';
import {candidatesFor} from './completion-candidates.ts';
import {EXIT} from './exit-codes.ts';
import {createProgram} from './program.ts';

/** The script rests on the package bash-completion, which is not everywhere. */
const BASH_ALONE = `declare -F _get_comp_words_by_ref > /dev/null || _get_comp_words_by_ref() {
    words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD
    cur=\${words[cword]} prev=\${words[cword - 1]}
}`;

const SHELLS: readonly string[] = ['bash', 'zsh', 'fish'];

export const command: CommandModule = {
  configure: (command) =>
    void command
      .argument('<shell>', 'bash, zsh or fish')
      .argument('[words...]', 'what was typed so far; asked by the script')
      .addHelpText('after', '\nbash: source <(crossfade completion bash)\nfish: crossfade completion fish | source'),
  run: async ({args: [shell, words], output}) => {
    if (shell === 'bash') output.data(BASH_ALONE);
    if (shell === 'complete') await answer(Array.isArray(words) ? words.map(String) : []);
    else if (SHELLS.includes(String(shell))) new RootCommand().setup('crossfade', 'crossfade completion', String(shell));
    else throw unknownShell(String(shell));
    return EXIT.done;
  },
};

/** The last word is the one being typed, empty when it has not begun. Only its verb's file is loaded. */
async function answer(words: readonly string[]): Promise<void> {
  const {commands} = await import('./commands.ts');
  const visible = commands.filter(({isHidden}) => isHidden !== true);
  const program = createProgram(visible, process.stdout, async () => {});
  const used = visible.find(({name}) => words.slice(0, -1).includes(name));
  const root = new RootCommand();
  for (const [flag, description, takesValue] of flagsOf(program)) offer(root, flag, description, takesValue ? [] : undefined);
  for (const {name, summary} of visible) root.command(name, summary);
  if (used) await describe(root, program, used.name, (await used.load()).command, words);
  root.parse([...words]);
}

type Tree = Pick<RootCommand, 'option'>;

async function describe(root: RootCommand, program: Command, name: string, module: CommandModule, words: readonly string[]): Promise<void> {
  const own = new Command(name);
  module.configure(own);
  const verb = root.command(name, program.commands.find((one) => one.name() === name)?.summary() ?? '');
  const asked = {words, state: valueOf('--state', words)};
  const previous = words.at(-2);
  for (const [flag, description, takesValue] of [...flagsOf(program), ...flagsOf(own)]) {
    const isAsked = takesValue && (previous === flag || words.at(-1)?.startsWith(`${flag}=`));
    offer(verb, flag, description, isAsked ? await candidatesFor(flag, asked) : takesValue ? [] : undefined);
  }
  const isFlag = words.at(-1)?.startsWith('-') === true;
  for (const argument of own.registeredArguments) {
    const candidates = isFlag ? [] : await candidatesFor(argument.name(), asked);
    verb.argument(argument.name(), (complete) => candidates.forEach(([value, about]) => complete(value, about)));
  }
}

/** Without candidates a flag stands alone; with an empty list it takes a value that nothing is known about. */
function offer(tree: Tree, flag: string, description: string, candidates: readonly (readonly [string, string])[] | undefined): void {
  const name = flag.replace(/^--/, '');
  if (candidates === undefined) tree.option(name, description);
  else tree.option(name, description, (complete) => candidates.forEach(([value, about]) => complete(value, about)));
}

const flagsOf = (command: Command): (readonly [string, string, boolean])[] =>
  command.options.map(({long, description, required, optional}) => [long ?? '', description, required || optional] as const);

/** `--flag value` or `--flag=value` among the words. */
function valueOf(flag: string, words: readonly string[]): string | undefined {
  const joined = words.find((word) => word.startsWith(`${flag}=`));
  if (joined !== undefined) return joined.slice(flag.length + 1);
  const at = words.indexOf(flag);
  return at === -1 || at >= words.length - 2 ? undefined : words[at + 1];
}

const unknownShell = (shell: string): TerminalError =>
  new TerminalError(`there is no completion for ${shell}`, {code: 'CF-USAGE-001', next: 'crossfade completion bash, zsh or fish'});
