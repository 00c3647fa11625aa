/** What `init` has to know: given by flags, asked for at a terminal, or the usual. */
import {basename, dirname, resolve} from 'node:path';
import {TerminalError} from '../model/errors.ts';
import {nearest} from '../model/nearest.ts';
import {parseSecret} from '../plan/secret.ts';
import {mayBeBare} from '../plan/gate-settings-schema.ts';
import {SHIPPED} from '../plan/vocabulary.ts';
import {textOf} from './command.ts';
import {databaseAt, engineAt} from './init-address.ts';
import type {Output} from './output.ts';
import {cannotAsk, type Prompt} from './prompt.ts';

/** Those that need settings are written into the plan by hand. */
const BARE_GATES = SHIPPED.gates.filter(mayBeBare);
export type Answers = {
  readonly name: string;
  readonly source: string;
  /** The source's engine. */
  readonly from: string;
  readonly target: string;
  readonly to: string;
  readonly tables: readonly string[];
  readonly schema: string;
  readonly switch: string;
  readonly gates: readonly string[];
};

export const SCHEMAS: readonly string[] = ['catalog', 'convert', 'files', 'existing', 'pg_dump'];

type Question = {
  readonly key: keyof Answers;
  readonly value: string;
  readonly about: string;
  /** Taken without a word by Enter at a terminal; without a terminal only where `isUsual`. */
  readonly otherwise: string | ((answers: Partial<Record<keyof Answers, string>>) => string);
  readonly isUsual: boolean;
  /** What is wrong with an answer; it never repeats one that may be a secret. */
  refuse(answer: string): string | undefined;
};

/** `file` is the plan's. */
export const questionsFor = (file: string): readonly Question[] => [
  {
    key: 'name',
    value: '<name>',
    about: 'name of the migration, typed to confirm a cutover',
    otherwise: nameFor(file),
    isUsual: true,
    refuse: notName,
  },
  {
    key: 'source',
    value: '<reference>',
    about: 'where the address of the source is found',
    otherwise: 'env:SOURCE_URL',
    isUsual: false,
    refuse: notReference,
  },
  {
    key: 'from',
    value: '<engine>',
    about: `engine of the source, where its address is not in the environment: ${SHIPPED.engines.join(', ')}`,
    otherwise: ({source = ''}) => engineAt(source) ?? 'postgres',
    isUsual: true,
    refuse: notOneOf(SHIPPED.engines),
  },
  {
    key: 'target',
    value: '<reference>',
    about: 'where the address of the target is found',
    otherwise: 'env:TARGET_URL',
    isUsual: false,
    refuse: notReference,
  },
  {
    key: 'to',
    value: '<engine>',
    about: 'engine of the target, in the same way',
    otherwise: ({target = ''}) => engineAt(target) ?? 'postgres',
    isUsual: true,
    refuse: notOneOf(SHIPPED.engines),
  },
  {
    key: 'tables',
    value: '<patterns>',
    about: 'tables to move, as schema.table with *, several with commas',
    otherwise: ({source = '', from}) => `${from === 'postgres' ? 'public' : databaseAt(source)}.*`,
    isUsual: false,
    refuse: notTables,
  },
  {
    key: 'schema',
    value: '<kind>',
    about: `where the target's tables come from: ${SCHEMAS.join(', ')}`,
    otherwise: ({from, to}) => (from === to ? 'catalog' : 'convert'),
    isUsual: true,
    refuse: notOneOf(SCHEMAS),
  },
  {
    key: 'switch',
    value: '<name>',
    about: `what routes the application: ${SHIPPED.switches.join(', ')}`,
    otherwise: 'router',
    isUsual: true,
    refuse: notOneOf(SHIPPED.switches),
  },
  {
    key: 'gates',
    value: '<names>',
    about: `what must be green before the cutover, of ${BARE_GATES.join(', ')}`,
    otherwise: 'replication-lag, checksum-match, approval',
    isUsual: true,
    refuse: notGates,
  },
];

type UsualQuestion = Question & {readonly otherwise: string};

/** Of a change in place only these; its table is what `--in-place` names. */
const OF_CHANGE: readonly (keyof Answers)[] = ['name', 'source', 'from'];

/** Undefined when the person left. */
export async function answersFor(
  file: string,
  options: Readonly<Record<string, unknown>>,
  prompt: Prompt,
  output: Output,
): Promise<Answers | undefined> {
  const answers: Partial<Record<keyof Answers, string>> = {};
  const table = textOf(options['inPlace']);
  for (const question of questionsFor(file).filter(({key}) => table === undefined || OF_CHANGE.includes(key))) {
    const {otherwise} = question;
    const usual = {...question, otherwise: typeof otherwise === 'string' ? otherwise : otherwise(answers)};
    const answer = givenAnswer(usual, options, prompt) ?? (await askedAnswer(usual, prompt, output));
    if (answer === undefined) return undefined;
    answers[question.key] = answer;
  }
  const {name = '', source = '', from = '', target = '', to = '', schema = '', switch: router = ''} = answers;
  const tables = table === undefined ? listOf(answers.tables ?? '') : [table];
  return {name, source, from, target, to, tables, schema, switch: router, gates: listOf(answers.gates ?? '')};
}

function givenAnswer(
  {key, otherwise, isUsual, refuse}: UsualQuestion,
  options: Readonly<Record<string, unknown>>,
  prompt: Prompt,
): string | undefined {
  const given = textOf(options[key]);
  if (given === undefined && prompt.canAsk) return undefined;
  if (given === undefined && !isUsual) throw cannotAsk(`--${key}, such as --${key} '${otherwise}'`);
  const fault = refuse(given ?? otherwise);
  if (fault !== undefined) throw new TerminalError(`--${key} ${fault}`, {code: 'CF-USAGE-001', next: adviceFor(key, otherwise)});
  return given ?? otherwise;
}

/** Asked again until it can be meant. */
async function askedAnswer({about, otherwise, refuse}: UsualQuestion, prompt: Prompt, output: Output): Promise<string | undefined> {
  for (;;) {
    const answer = await prompt.ask(`${about[0]?.toUpperCase()}${about.slice(1)} [${otherwise}]: `);
    if (answer === undefined) return undefined;
    const text = answer.trim() || otherwise;
    const fault = refuse(text);
    if (fault === undefined) return text;
    output.insist(`  It ${fault}.`);
  }
}

const adviceFor = (key: keyof Answers, otherwise: string): string =>
  key === 'source' || key === 'target'
    ? `put the address into an environment variable of your own and give --${key} ${otherwise}; a password that stood on a command line should be changed`
    : `give --${key} '${otherwise}', for example`;

/** The file's own name says most, unless it is only called plan. */
function nameFor(file: string): string {
  const own = basename(file).replace(/\.[^.]*$/, '');
  const folder = basename(dirname(resolve(file)));
  const words = /^(plan|-|)$/.test(own) ? folder : own;
  return (
    words
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 63) || 'migration'
  );
}

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

function notName(text: string): string | undefined {
  return /^[a-z0-9][a-z0-9-]{0,62}$/.test(text) ? undefined : 'must be lower-case letters, digits and hyphens';
}

function notReference(text: string): string | undefined {
  const parsed = parseSecret(text);
  return 'refused' in parsed ? `cannot be used: ${parsed.refused}` : undefined;
}

function notTables(text: string): string | undefined {
  const isFine = listOf(text).length > 0 && listOf(text).every((one) => /^[^.\s]+\.[^.\s]+$/.test(one));
  return isFine ? undefined : 'must be schema.table, where * stands for any characters within one part';
}

function notGates(text: string): string | undefined {
  const names = listOf(text);
  if (names.length === 0) return 'must name at least one';
  return names.map(notOneOf(BARE_GATES)).find((fault) => fault !== undefined);
}

function notOneOf(known: readonly string[]) {
  return (text: string): string | undefined => {
    if (known.includes(text)) return undefined;
    const meant = nearest(text, known);
    return `must be one of ${known.join(', ')}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
  };
}
