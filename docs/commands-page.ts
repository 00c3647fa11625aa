/** `docs/commands.md`: every verb with its arguments and flags as the command line declares them, and the exit codes. */
import {Command} from 'commander';
import {commands} from '../src/cli/commands.ts';
import {createProgram} from '../src/cli/program.ts';
import {exitCodeRows} from './exit-code-rows.ts';

export async function commandsPage(): Promise<string> {
  const visible = commands.filter(({isHidden}) => isHidden !== true);
  const program = createProgram(visible, {write: () => true, on: () => undefined}, async () => {});
  const verbs = await Promise.all(visible.map(async ({name, summary, load}) => verbText(name, summary, (await load()).command.configure)));
  return [
    '# Commands',
    '',
    '<!-- Written by `npm run docs` from what src/cli declares. Edit that. -->',
    '',
    'One noun, the run; the plan is a file. Data go to stdout, words to stderr. Every answer ends with what to do next.',
    'A command finds the one unfinished run of the state; with several, `--run` says which.',
    '',
    '## Flags of every verb',
    '',
    'They may stand before or after the verb.',
    '',
    ...table(['flag', 'meaning'], flagsOf(program)),
    '',
    '## Verbs',
    '',
    ...verbs.flat(),
    '## Exit codes',
    '',
    'They are an interface: documented, tested, and never given another meaning.',
    '',
    ...table(['code', 'meaning'], exitCodeRows()),
    '',
    'Only `plan --detailed-exitcode` has others, those of Terraform: 0 nothing is left to do, because the newest run of this very plan is complete; 1 an',
    'error, or a refusal of the plan; 2 something is to be done.',
    '',
    '## JSON',
    '',
    'With `--json` stdout carries one document, `events` one a line. `schemaVersion` stands first; within one version fields',
    'are added and never changed. Names are camelCase, times RFC 3339 in UTC, durations carry their unit in the name, and',
    'positions and large integers are texts. A refusal is `{"schemaVersion": 1, "error": {"code", "message", "next"}}`.',
    '`crossfade explain CODE` says what a code means.',
    '',
    '## Environment',
    '',
    ...table(
      ['variable', 'meaning'],
      [
        ['`CROSSFADE_STATE`', 'where journals are kept, when `--state` is not given'],
        ['`CROSSFADE_NO_INPUT`', 'never ask, as `--no-input`'],
        ['`PGPASSFILE`', 'where the password is, of an address that has none; as for psql'],
        ['`PAGER`', 'what shows a long answer at a terminal a screen at a time, else `less`; empty or `cat`: nothing does'],
        ['`NO_COLOR`, `CROSSFADE_NO_COLOR`, `FORCE_COLOR`', 'colour off, off, on'],
      ],
    ),
    '',
  ].join('\n');
}

function verbText(name: string, summary: string, configure: (command: Command) => void): string[] {
  const own = new Command(name);
  configure(own);
  const words = own.registeredArguments.map((one) => {
    const shown = `${one.name().toUpperCase()}${one.variadic ? '...' : ''}`;
    return one.required ? shown : `[${shown}]`;
  });
  const flags = flagsOf(own);
  return [
    `### \`${['crossfade', name, ...words].join(' ')}\``,
    '',
    `${summary[0]?.toUpperCase()}${summary.slice(1)}.`,
    '',
    ...(flags.length > 0 ? [...table(['flag', 'meaning'], flags), ''] : []),
  ];
}

const flagsOf = (command: Command): (readonly [string, string])[] =>
  command.options.map(({flags, description}) => [`\`${flags}\``, description] as const);

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
