/** Makes an anonymised clone: the schema, the rows as they are chosen and disguised, what rests on rows, and a look for what stayed. */
import type {Cloning, Database, Original, Replaying, Ties} from '../engine/engine.ts';
import type {Row} from '../model/change.ts';
import {TerminalError} from '../model/errors.ts';
import {nameOf, type Table} from '../model/table.ts';
import {disguiseRows} from './disguise.ts';
import {findTexts} from './find-texts.ts';
import {gathered} from './gathered.ts';
import {KeyedCipher} from './keyed-cipher.ts';
import type {ChosenDisguise, Extent, TableDisguise} from './rehearsal.ts';
import {type SampledRows, sampleOf} from './sample.ts';
import {TellingTexts} from './telling-texts.ts';
import {typedOf, type ValueKind} from './value-kind.ts';

export type CloneRequest = {
  readonly original: Database;
  readonly clone: Database;
  readonly tables: readonly TableDisguise[];
  readonly ties: Ties;
  readonly extent: Extent;
  /** The clone's secret; nobody keeps it. */
  readonly key: string;
  /** Stands in the clone: whose it is, and since when. */
  readonly note: string;
  /** Those of the tables. */
  readonly schemas: readonly string[];
  readonly say: (text: string) => void;
};

export type MadeClone = {
  readonly tables: readonly {readonly table: string; readonly rows: number}[];
  /** Columns of which something is as it was, and how much of it. */
  readonly readable: readonly Readable[];
  /** Optional objects that the clone could not have. */
  readonly leftOut: readonly {readonly object: string; readonly reason: string}[];
  /** How many texts of the original were looked for in every column. */
  readonly lookedFor: number;
};
export type Readable = {readonly column: string; readonly what: string; readonly by: ChosenDisguise['by']};

export async function makeClone(request: CloneRequest): Promise<MadeClone> {
  const {original, clone, tables, note, schemas, say} = request;
  const [from, into] = [cloningOf(original), cloningOf(clone)];
  await into.claim(note, schemas);
  const bare = tables.map(({table}) => table);
  const script = await schemaOf(original, bare);
  say('making the tables of the clone …');
  const early = await into.make(script.preData);
  const {counts, texts} = await from.reading((reader) => copy(request, reader, into));
  await clone.target.setSequences(await original.source.readSequences(bare), 0);
  say('building what rests on the rows: indexes, references, triggers …');
  const late = await into.make(script.postData);
  await clone.target.analyze(bare);
  await lookFor(into, tables, texts, say);
  return {tables: counts, readable: readableOf(tables), leftOut: [...early, ...late], lookedFor: texts.length};
}

/** One of an engine that makes no clones is refused before anything is done. */
export function cloningOf({cloning, engine}: Database): Cloning {
  if (cloning) return cloning;
  throw new TerminalError(`no clone can be made of or in a database of ${engine}`, {
    code: 'CF-REHEARSE-003',
    next: 'rehearse with --env, on databases of your own',
  });
}

/** Where what is written is recorded and played again; refused before anything is done. */
export function replayingOf({cloning, engine}: Database): Replaying {
  if (cloning?.replaying) return cloning.replaying;
  throw new TerminalError(`what ${engine} writes is not recorded, and no recording is played there`, {
    code: 'CF-REHEARSE-008',
    next: 'measure the peak instead: --rate 3x',
  });
}

async function schemaOf({schema}: Database, tables: readonly Table[]) {
  const script = await schema?.read(tables);
  const refused = script?.findings.filter(({severity}) => severity === 'refuse') ?? [];
  if (script && refused.length === 0) return script;
  throw new TerminalError(
    script
      ? `the schema cannot be written: ${refused.map(({object, reason}) => `${object} ${reason}`).join('; ')}`
      : 'the schema cannot be read',
    {code: 'CF-REHEARSE-003', next: 'crossfade doctor PLAN'},
  );
}

async function copy({tables, ties, extent, key, say}: CloneRequest, reader: Original, into: Cloning) {
  const [cipher, telling] = [new KeyedCipher(key), new TellingTexts()];
  const sample =
    extent.kind === 'sample'
      ? await sampleOf(
          reader,
          tables.map(({table}) => table),
          ties.references,
          {rows: extent.rows, seed: cipher.digest('sample').toString('hex')},
        )
      : undefined;
  const counts: {table: string; rows: number}[] = [];
  for (const one of tables) {
    const rows = await into.fill(one.table, disguised(cipher, one, sample ? chosen(sample, one) : reader.rows(one.table), telling));
    counts.push({table: nameOf(one.table.name), rows});
    say(`cloned ${nameOf(one.table.name)}: ${rows} rows`);
  }
  return {counts, texts: telling.texts};
}

async function* chosen(sample: SampledRows, {table}: TableDisguise): AsyncGenerator<readonly Row[]> {
  yield sample.get(nameOf(table.name)) ?? [];
}

async function* disguised(
  cipher: KeyedCipher,
  one: TableDisguise,
  batches: AsyncIterable<readonly Row[]>,
  telling: TellingTexts,
): AsyncGenerator<readonly Row[]> {
  for await (const rows of gathered(one, batches)) {
    telling.add(one, rows);
    yield disguiseRows(cipher, one, rows);
  }
}

/** A column that the plan lets people read may hold what is changed elsewhere; so may the words of a type. */
async function lookFor(
  into: Cloning,
  tables: readonly TableDisguise[],
  texts: readonly string[],
  say: (text: string) => void,
): Promise<void> {
  say(`looking for ${texts.length} texts of the source in every column of the clone …`);
  await into.reading((clone) => refuseReadable(clone, tables, texts));
}

/** Throws CF-REHEARSE-004 where one of the texts is found in a column that nobody wants readable. */
export async function refuseReadable(
  reader: Pick<Original, 'rows'>,
  tables: readonly TableDisguise[],
  texts: readonly string[],
): Promise<void> {
  const isMeant = (name: string): boolean =>
    tables.some((one) => [...one.columns.values()].some((column) => nameIn(column) === name && isAllowed(column)));
  const bare = tables.map(({table}) => withoutLabels(table));
  const found = (await findTexts(reader, bare, texts)).filter(({table, column}) => !isMeant(`${nameOf(table)}.${column}`));
  if (found.length === 0) return;
  const places = found.map(({table, column, rows}) => `${nameOf(table)}.${column} (${rows} rows)`);
  throw new TerminalError(`what was changed in one column is readable in another: ${places.join(', ')}`, {
    code: 'CF-REHEARSE-004',
    next: 'say under rehearsal: columns that these are faked, or kept where that is meant',
  });
}

const nameIn = ({table, column}: ChosenDisguise): string => `${nameOf(table)}.${column}`;
const isAllowed = ({disguise, by}: ChosenDisguise): boolean => by === 'plan' && (disguise.kind === 'keep' || disguise.kind === 'shuffle');

/** Whose values are those of the type. */
const WORDS: ReadonlySet<ValueKind> = new Set(['label', 'truth', 'few']);

const withoutLabels = (table: Table): Table => ({
  ...table,
  columns: table.columns.filter((column) => !WORDS.has(typedOf(column).kind)),
});

const READABLE: Partial<Record<ChosenDisguise['disguise']['kind'], string>> = {
  keep: 'every value',
  shuffle: 'every value, in another row',
  range: 'about how large or when',
};

/** What anybody who has the clone can read, column by column. */
export const readableOf = (tables: readonly TableDisguise[]): readonly Readable[] =>
  tables.flatMap(({columns}) =>
    [...columns.values()].flatMap((column) => {
      const what = READABLE[column.disguise.kind];
      return what === undefined ? [] : [{column: nameIn(column), what, by: column.by}];
    }),
  );
