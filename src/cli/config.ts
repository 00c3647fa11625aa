/** `crossfade config show`: the settings a command would use from here, and where each comes from. */
import {statePlace} from '../journal/state-store.ts';
import {DatabaseUrl} from '../model/database-url.ts';
import {TerminalError} from '../model/errors.ts';
import type {CommandModule, GlobalOptions} from './command.ts';
import {EXIT} from './exit-codes.ts';
import {table} from './output.ts';
import {levelOf} from './runner-log.ts';

export const command: CommandModule = {
  configure: (command) => void command.argument('<what>', 'show'),
  run: async ({args: [what], global, output}) => {
    if (what !== 'show') throw new TerminalError(`config has no ${String(what)}`, {code: 'CF-USAGE-001', next: 'crossfade config show'});
    const settings = settingsOf(global, process.env);
    if (output.isJson) output.document({settings});
    else
      output.data(
        await table(
          ['SETTING', 'VALUE', 'FROM'],
          settings.map(({name, value, origin}) => [name, value, origin]),
        ),
      );
    return EXIT.done;
  },
};

type Setting = {readonly name: string; readonly value: string; readonly origin: string};
type Environment = Readonly<Record<string, string | undefined>>;

function settingsOf(global: GlobalOptions, environment: Environment): Setting[] {
  const {place, origin} = statePlace(global.state);
  const origins = {flag: '--state', environment: 'CROSSFADE_STATE', default: 'default'};
  return [
    {
      name: 'state',
      value: /^[a-z+.-]+:\/\//i.test(place) && URL.canParse(place) ? String(new DatabaseUrl(place)) : place,
      origin: origins[origin],
    },
    {name: 'input', value: global.input ? 'asked for at a terminal' : 'never asked for', origin: inputOrigin(global, environment)},
    {name: 'log level', value: levelOf(global), origin: logOrigin(global, environment)},
    {name: 'colour', value: colourOf(global, environment).value, origin: colourOf(global, environment).origin},
  ];
}

const inputOrigin = ({input}: GlobalOptions, environment: Environment): string =>
  environment['CROSSFADE_NO_INPUT'] ? 'CROSSFADE_NO_INPUT' : input ? 'default' : '--no-input';

/** The flag and the variable are one option by now; whoever gave both alike cannot tell either. */
const logOrigin = ({logLevel, verbose}: GlobalOptions, {CROSSFADE_LOG_LEVEL: set}: Environment): string => {
  if (logLevel === undefined) return verbose ? '--verbose' : 'default';
  return set === logLevel ? 'CROSSFADE_LOG_LEVEL' : '--log-level';
};

function colourOf({color}: GlobalOptions, environment: Environment): {readonly value: string; readonly origin: string} {
  if (!color) return {value: 'never', origin: '--no-color'};
  const never = ['NO_COLOR', 'CROSSFADE_NO_COLOR'].find((name) => environment[name]);
  if (never !== undefined) return {value: 'never', origin: never};
  return environment['FORCE_COLOR'] ? {value: 'always', origin: 'FORCE_COLOR'} : {value: 'at a terminal', origin: 'default'};
}
