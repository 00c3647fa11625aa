/** The flags of `npm run demo`. */
import {parseArgs} from 'node:util';
import {SABOTAGES, type Sabotage} from './sabotage.ts';

export type DemoFlags = {
  /** Ends with one JSON line on stdout; everything else goes to stderr. */
  readonly json: boolean;
  readonly rows: number;
  readonly tps: number;
  readonly clients: number;
  readonly sabotage: Sabotage | undefined;
  /** Chooses the application's operations and when the runner is killed. */
  readonly seed: number;
  /** So many demos one after another, and their medians. */
  readonly runs: number;
  /** Leaves both servers running until Ctrl-C. */
  readonly keep: boolean;
  /** A database of the caller's, which is copied and left as it was. */
  readonly from: string | undefined;
  /** SQL files that take the place of the shop. */
  readonly schema: string | undefined;
  readonly data: string | undefined;
};

export class WrongFlag extends Error {
  override readonly name = 'WrongFlag';
}

export const USAGE = `usage: npm run demo -- [--rows N] [--tps N] [--clients N] [--seed N] [--runs N] [--sabotage ${SABOTAGES.join('|')}] [--keep] [--json]
       npm run demo -- --from URL | --schema FILE [--data FILE]   on a database of your own`;

export function parseFlags(argv: readonly string[]): DemoFlags {
  const {values} = parse(argv);
  return {
    json: values.json,
    rows: positive('rows', values.rows),
    tps: positive('tps', values.tps),
    clients: positive('clients', values.clients),
    sabotage: sabotageOf(values.sabotage),
    seed: values.seed === undefined ? Date.now() % 1_000_000 : positive('seed', values.seed),
    runs: positive('runs', values.runs),
    keep: values.keep,
    ...ownDatabase(values),
  };
}

/** The same flags without `--runs` and `--json`. */
export const singleRun = (argv: readonly string[]): string[] =>
  argv.filter((word, index) => !/^--(?:runs|json)(?:=|$)/.test(word) && argv[index - 1] !== '--runs');

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        json: {type: 'boolean', default: false},
        rows: {type: 'string', default: '1000000'},
        tps: {type: 'string', default: '500'},
        clients: {type: 'string', default: '32'},
        sabotage: {type: 'string'},
        seed: {type: 'string'},
        runs: {type: 'string', default: '1'},
        keep: {type: 'boolean', default: false},
        from: {type: 'string'},
        schema: {type: 'string'},
        data: {type: 'string'},
      },
    });
  } catch (error) {
    throw new WrongFlag(error instanceof Error ? error.message : String(error), {cause: error});
  }
}

type OwnDatabase = Pick<DemoFlags, 'from' | 'schema' | 'data'>;

function ownDatabase({
  from,
  schema,
  data,
}: {
  readonly from?: string | undefined;
  readonly schema?: string | undefined;
  readonly data?: string | undefined;
}): OwnDatabase {
  if (from !== undefined && (schema ?? data) !== undefined)
    throw new WrongFlag('--from takes a database as it is, without --schema and --data');
  if (data !== undefined && schema === undefined) throw new WrongFlag('--data needs --schema');
  if (from !== undefined && !/^postgres(?:ql)?:\/\//.test(from))
    throw new WrongFlag('--from takes an address that begins with postgres://');
  return {from, schema, data};
}

function positive(name: string, text: string): number {
  const value = Number(text.replaceAll('_', ''));
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new WrongFlag(`--${name} takes a whole number above 0, not "${text}"`);
}

function sabotageOf(text: string | undefined): Sabotage | undefined {
  const known = SABOTAGES.find((kind) => kind === text);
  if (text !== undefined && !known) throw new WrongFlag(`--sabotage takes ${SABOTAGES.join(', ')}, not "${text}"`);
  return known;
}
