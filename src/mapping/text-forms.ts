/** Which text both servers can make of a converted column; undefined: none that is proved, so rows are read and compared here. */
import type {ColumnForm, TextForm, TextForms} from '../model/text-form.ts';

/** By the conversion's name, which means the same in all pairs of MySQL, MariaDB and PostgreSQL. */
const FORMS: Readonly<Record<string, TextForm>> = {
  text: 'text',
  'short-text': 'text',
  char: 'text',
  bpchar: 'text',
  enum: 'text',
  'short-bytes': 'bytes',
  decimal: 'plain',
  'any-decimal': 'shortest-decimal',
  float: 'double',
  real: 'double',
  year: 'plain',
  date: 'plain',
  datetime: 'moment',
  'utc-datetime': 'utc-moment',
  timestamp: 'utc-moment',
  interval: 'seconds',
  clock: 'clock',
  flag: 'flag',
  'bit-flag': 'flag',
  bits: 'bits',
  'bytes-uuid': 'uuid-digits',
  'text-uuid': 'text',
  uuid: 'plain',
  set: 'members',
  'mysql-jsonb': 'json',
  json: 'json',
};

/** Where the conversion changes nothing, by the type that PostgreSQL has. */
const SAME: readonly {readonly type: RegExp; readonly form: TextForm}[] = [
  {type: /^(?:smallint|integer|bigint|numeric\(\d+,\d+\)|uuid)$/, form: 'plain'},
  {type: /^(?:text|json|character varying(?:\(\d+\))?|enum|bit varying\(\d+\))$/, form: 'text'},
  {type: /^bytea$/, form: 'bytes'},
];

/** What an array of PostgreSQL shows without quotes. */
const PLAIN_MEMBER = /^(?!null$)[\w.-]+$/i;

/** `hasStandIn`: a value of one side that the other has no place for stands there as NULL. */
export const columnForm = (
  conversion: string,
  postgresType: string,
  {members = [], hasStandIn = false}: {readonly members?: readonly string[]; readonly hasStandIn?: boolean} = {},
): ColumnForm | undefined => {
  const form = formOf(conversion, postgresType, members);
  return form && {form, isLoose: form === 'json' || hasStandIn};
};

/** Of a whole table: every column has one, or nothing is gained. */
export const tableForms = (columns: readonly (ColumnForm | undefined)[]): TextForms | undefined => {
  const known = columns.filter((column) => column !== undefined);
  return known.length === columns.length ? {forms: known.map(({form}) => form), isLoose: known.some(({isLoose}) => isLoose)} : undefined;
};

const formOf = (conversion: string, postgresType: string, members: readonly string[]): TextForm | undefined => {
  if (conversion === 'same') return SAME.find(({type}) => type.test(postgresType))?.form;
  if (conversion === 'set' && !members.every((member) => PLAIN_MEMBER.test(member))) return undefined;
  return FORMS[conversion];
};
