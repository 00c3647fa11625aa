/** COLUMN_TYPE taken apart: `decimal(10,2) unsigned zerofill`, `enum('a','it''s')`. */

export type MysqlType = {
  readonly name: string;
  /** Length, or digits and scale; of a temporal type the digits of its fraction. */
  readonly sizes: readonly number[];
  /** Of ENUM and SET, in the order of their definition. */
  readonly members: readonly string[];
  readonly isUnsigned: boolean;
};

/** Undefined for what is no type in a form that is known. */
export const columnType = (text: string): MysqlType | undefined => {
  const found = /^([a-z][a-z0-9]*)(?:\s*\((.*)\))?((?:\s+[a-z0-9_/*!]+)*)\s*$/is.exec(text.trim());
  if (!found) return undefined;
  const [, word = '', inside = '', attributes = ''] = found;
  const name = word.toLowerCase();
  const isUnsigned = /\b(?:unsigned|zerofill)\b/i.test(attributes);
  if (name === 'enum' || name === 'set') {
    const members = memberList(inside);
    return members && {name, sizes: [], members, isUnsigned};
  }
  if (inside !== '' && !/^\d+(?:\s*,\s*\d+)?$/.test(inside)) return undefined;
  return {name: ALIASES[name] ?? name, sizes: inside === '' ? [] : inside.split(',').map(Number), members: [], isUnsigned};
};

const ALIASES: Readonly<Record<string, string>> = {geomcollection: 'geometrycollection', integer: 'int', numeric: 'decimal'};

/** A quote inside is doubled; backslash, NUL and line ends are printed with a backslash. */
const memberList = (text: string): string[] | undefined => {
  const members: string[] = [];
  const member = /\s*'((?:[^'\\]|''|\\.)*)'\s*(,|$)/gsy;
  for (let found = member.exec(text); found; found = member.exec(text)) {
    members.push(
      (found[1] ?? '').replaceAll(/''|\\(.)/gs, (all, letter?: string) => (all === "''" ? "'" : (ESCAPES[letter ?? ''] ?? letter ?? ''))),
    );
    if (found[2] === '') return members;
  }
  return undefined;
};

const ESCAPES: Readonly<Record<string, string>> = {n: '\n', r: '\r', t: '\t', '0': '\0', Z: '\x1a'};
