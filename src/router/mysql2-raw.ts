/** Answers of MySQL and MariaDB as the server has sent them, and what their columns are, by what it says of them. */
import type {FieldPacket, QueryOptions, RowDataPacket} from 'mysql2';
import type {Mysql2Statements} from './mysql2-connection.ts';
import type {RawAnswer, RawKind, RawValue} from './raw-answer.ts';
import type {Statement} from './router-side.ts';

/** The number of the character set that stands for none. */
const BINARY = 63;
const FLAGS = {enum: 256, set: 2048} as const;

export async function mysql2Raw({query}: Mysql2Statements, {sql, parameters = []}: Statement): Promise<RawAnswer> {
  const options: QueryOptions = {sql, rowsAsArray: true, nestTables: false, typeCast: false};
  const [rows, fields] = (await query<RowDataPacket[]>(options, [...parameters])) as unknown as [(Buffer | null)[][], FieldPacket[]];
  const columns = fields.map((field) => ({name: field.name, kind: kindOf(field)}));
  const hasMoments = columns.some(({kind}) => kind === 'session-moment');
  const offsetMs = hasMoments ? await sessionOffset(query) : undefined;
  return {
    columns: offsetMs === undefined ? columns : columns.map((column) => ({...column, offsetMs})),
    rows: rows.map((row) => row.map((value, i) => valueOf(value, columns[i]?.kind, fields[i]))),
  };
}

/** Asked each time: whoever uses the same connection may have set another. */
async function sessionOffset(query: Mysql2Statements['query']): Promise<number | undefined> {
  const sql = `SELECT @@session.time_zone, @@system_time_zone`;
  const [rows] = (await query<RowDataPacket[]>({sql, rowsAsArray: true, nestTables: false, typeCast: false})) as unknown as [Buffer[][]];
  const [zone, system] = (rows[0] ?? []).map(String);
  return offsetOf(zone === 'SYSTEM' ? system : zone);
}

function kindOf(field: FieldPacket): RawKind {
  const type = field.columnType ?? field.type ?? -1;
  if (field.extendedFormat === 'json') return 'json'; // a text of MariaDB that is known to be one
  return KINDS.get(type) ?? (TEXTS.has(type) ? textKind(field) : 'other');
}

function textKind({characterSet, flags, encoding}: FieldPacket): RawKind {
  const has = (flag: number): boolean => (Number(flags) & flag) !== 0;
  if (has(FLAGS.enum)) return 'label';
  if (has(FLAGS.set)) return 'labels';
  if (characterSet === BINARY) return 'bytes';
  return encoding === undefined || UTF8.has(encoding) ? 'text' : 'other';
}

/** What the session lets texts be sent in, in the driver's words. */
const UTF8: ReadonlySet<string> = new Set(['utf8', 'ascii']);

function valueOf(value: Buffer | null, kind: RawKind | undefined, field: FieldPacket | undefined): RawValue {
  if (value === null || kind === 'bytes') return value;
  if (kind !== 'bits') return value.toString('utf8');
  const digits = [...value].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return digits.slice(-(field?.columnLength ?? digits.length));
}

/** In milliseconds; undefined where it changes in the course of a year, or is not known here. */
export function offsetOf(zone: string | undefined): number | undefined {
  if (zone === undefined) return undefined;
  if (/^(?:etc\/)?(?:utc|gmt|uct|zulu)$/i.test(zone)) return 0;
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d\d?):(\d\d)$/.exec(zone) ?? [];
  if (sign === undefined) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** As the protocol numbers them. DECIMAL old and new, TINYINT, SMALLINT, INT, BIGINT, MEDIUMINT, YEAR. */
const NUMBERS = [0, 246, 1, 2, 3, 8, 9, 13];

/** VARCHAR, the four of TEXT and BLOB, what functions give, CHAR with ENUM and SET. */
const TEXTS: ReadonlySet<number> = new Set([15, 249, 250, 251, 252, 253, 254]);

const KINDS: ReadonlyMap<number, RawKind> = new Map<number, RawKind>([
  ...NUMBERS.map((type) => [type, 'number'] as const),
  [4, 'float'],
  [5, 'double'],
  [7, 'session-moment'],
  [10, 'date'],
  [11, 'time'],
  [12, 'datetime'],
  [16, 'bits'],
  [245, 'json'],
]);
