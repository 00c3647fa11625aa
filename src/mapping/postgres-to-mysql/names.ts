/** Names and texts as SQL of MySQL has them, and names of PostgreSQL that it cannot have. */

export const backticked = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

export const qualified = (schema: string, name: string): string => `${backticked(schema)}.${backticked(name)}`;

/** Backslashes are doubled: our sessions have no NO_BACKSLASH_ESCAPES. */
export const quotedText = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

const SIGNS_MAX = 64;

/** Why MySQL takes no such name. */
export const nameProblem = (name: string): string | undefined => {
  if (name.endsWith(' ')) return 'its name ends in a space';
  if (/[\u{10000}-\u{10ffff}]/u.test(name)) return 'its name has signs beyond those of three bytes';
  return Array.from(name).length > SIGNS_MAX ? `its name has more than ${SIGNS_MAX} signs` : undefined;
};

/** Names that are one to MySQL, where case does not count in those of columns and indexes. */
export const twins = (names: readonly string[]): readonly string[] =>
  names.filter((name, i) => names.some((other, n) => n < i && other.toLowerCase() === name.toLowerCase()));

/** Constraints of all tables of a schema share one room there, which in PostgreSQL each table has for itself. */
export const constraintName = (table: string, name: string): string => {
  const whole = name.startsWith(table) ? name : `${table}_${name}`;
  return Array.from(whole).slice(0, SIGNS_MAX).join('');
};
