/**
 * TABLE_MAP: what the rows that follow are made of. With `binlog_row_metadata=FULL` it says all that is needed to read
 * them as they were written, whatever the table looks like by now: the catalogue of today is never asked (H-29, H-45).
 */
import {bitOf, Bytes} from './mysql-bytes.ts';

/** Column types of the protocol that the log writes. */
export const TYPE = {
  tiny: 1,
  short: 2,
  long: 3,
  float: 4,
  double: 5,
  longlong: 8,
  int24: 9,
  date: 10,
  year: 13,
  varchar: 15,
  bit: 16,
  timestamp2: 17,
  datetime2: 18,
  time2: 19,
  blobCompressed: 140,
  varcharCompressed: 141,
  vector: 242,
  json: 245,
  decimal: 246,
  enum: 247,
  set: 248,
  blob: 252,
  varString: 253,
  string: 254,
  geometry: 255,
} as const;

export type LoggedColumn = {
  readonly name: string;
  readonly type: number;
  /** Of the type: length, precision and scale, places behind the second. */
  readonly first: number;
  readonly second: number;
  readonly isUnsigned: boolean;
  /** The number of its collation; undefined for types that hold no text. */
  readonly collation: number | undefined;
  /** Of ENUM and SET, in the column's own character set. */
  readonly labels: readonly Buffer[];
};

export type LoggedTable = {
  readonly schema: string;
  readonly name: string;
  /** Undefined when the server does not name them. */
  readonly columns: readonly LoggedColumn[] | undefined;
};

/** The body of the event after the table's number and flags. `spatialIsText`: MariaDB counts spatial columns among those with a collation. */
export const readTableMap = (bytes: Bytes, spatialIsText: boolean): LoggedTable => {
  const schema = bytes.take(bytes.packed()).toString('utf8');
  bytes.skip(1);
  const name = bytes.take(bytes.packed()).toString('utf8');
  bytes.skip(1);
  const count = bytes.packed();
  const types = bytes.take(count);
  const metadata = new Bytes(bytes.take(bytes.packed()));
  const shapes = Array.from(types, (type) => readShape(type, metadata));
  bytes.skip(Math.ceil(count / 8)); // which may be NULL
  return {schema, name, columns: readExtras(bytes, shapes, spatialIsText)};
};

type Shape = Pick<LoggedColumn, 'type' | 'first' | 'second'>;

const readShape = (type: number, metadata: Bytes): Shape => {
  switch (type) {
    case TYPE.float:
    case TYPE.double:
    case TYPE.blob:
    case TYPE.blobCompressed:
    case TYPE.geometry:
    case TYPE.json:
    case TYPE.vector:
    case TYPE.timestamp2:
    case TYPE.datetime2:
    case TYPE.time2:
      return {type, first: metadata.uint(1), second: 0};
    case TYPE.bit: // odd bits, whole bytes
    case TYPE.decimal:
      return {type, first: metadata.uint(1), second: metadata.uint(1)};
    case TYPE.varchar:
    case TYPE.varString:
    case TYPE.varcharCompressed:
      return {type, first: metadata.uint(2), second: 0};
    case TYPE.string:
      return readString(metadata.uint(1), metadata.uint(1));
    default:
      return {type, first: 0, second: 0};
  }
};

/** ENUM and SET are written as strings; the length of a long CHAR has two of its bits in the type, upside down. */
const readString = (high: number, low: number): Shape => {
  if (high === TYPE.enum || high === TYPE.set) return {type: high, first: low, second: 0};
  return {type: TYPE.string, first: (((high & 0x30) ^ 0x30) << 4) | low, second: 0};
};

const NUMERIC: ReadonlySet<number> = new Set([
  ...[TYPE.tiny, TYPE.short, TYPE.long, TYPE.float, TYPE.double, TYPE.longlong, TYPE.int24, TYPE.year, TYPE.decimal],
]);
const TEXTUAL: ReadonlySet<number> = new Set([
  ...[TYPE.varchar, TYPE.varString, TYPE.string, TYPE.blob, TYPE.blobCompressed, TYPE.varcharCompressed],
]);

const EXTRA = {
  signedness: 1,
  defaultCharset: 2,
  columnCharset: 3,
  names: 4,
  setLabels: 5,
  enumLabels: 6,
  labelDefaultCharset: 10,
  labelColumnCharset: 11,
} as const;

/** Each extra speaks of the columns of some types only, in their order. */
const readExtras = (bytes: Bytes, shapes: readonly Shape[], spatialIsText: boolean): readonly LoggedColumn[] | undefined => {
  const all = shapes.map((_, i) => i);
  const of = (has: (type: number) => boolean): number[] => all.filter((i) => has(shapes[i]?.type ?? 0));
  const texts = of((type) => TEXTUAL.has(type) || (spatialIsText && type === TYPE.geometry));
  const labelled = of((type) => type === TYPE.enum || type === TYPE.set);
  const isUnsigned: boolean[] = [];
  const collations: number[] = [];
  const labels: Buffer[][] = [];
  let names: string[] | undefined;
  while (bytes.left > 0) {
    const kind = bytes.uint(1);
    const extra = new Bytes(bytes.take(bytes.packed()));
    if (kind === EXTRA.signedness)
      readSigns(
        extra.rest(),
        of((type) => NUMERIC.has(type)),
        isUnsigned,
      );
    else if (kind === EXTRA.defaultCharset) readDefaultCollation(extra, texts, collations);
    else if (kind === EXTRA.columnCharset) for (const i of texts) collations[i] = extra.packed();
    else if (kind === EXTRA.labelDefaultCharset) readDefaultCollation(extra, labelled, collations);
    else if (kind === EXTRA.labelColumnCharset) for (const i of labelled) collations[i] = extra.packed();
    else if (kind === EXTRA.setLabels)
      readLabels(
        extra,
        of((type) => type === TYPE.set),
        labels,
      );
    else if (kind === EXTRA.enumLabels)
      readLabels(
        extra,
        of((type) => type === TYPE.enum),
        labels,
      );
    else if (kind === EXTRA.names) names = all.map(() => extra.take(extra.packed()).toString('utf8'));
  }
  return names?.map((name, i) => ({
    ...(shapes[i] ?? {type: 0, first: 0, second: 0}),
    name,
    isUnsigned: isUnsigned[i] ?? false,
    collation: collations[i],
    labels: labels[i] ?? [],
  }));
};

/** The one bitmap of the protocol that begins with the highest bit. */
const readSigns = (bitmap: Buffer, columns: readonly number[], to: boolean[]): void => {
  columns.forEach((column, i) => (to[column] = bitOf(bitmap, i ^ 7)));
};

/** One for all, and then the exceptions: which of the columns, and theirs. */
const readDefaultCollation = (extra: Bytes, columns: readonly number[], to: number[]): void => {
  const usual = extra.packed();
  for (const column of columns) to[column] = usual;
  while (extra.left > 0) {
    const column = columns[extra.packed()];
    const collation = extra.packed();
    if (column !== undefined) to[column] = collation;
  }
};

const readLabels = (extra: Bytes, columns: readonly number[], to: Buffer[][]): void => {
  for (const column of columns) to[column] = Array.from({length: extra.packed()}, () => Buffer.from(extra.take(extra.packed())));
};
