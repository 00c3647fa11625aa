/** Names of objects where SQL has them: with a schema or without, quoted or not. Pure. */

const NAME = '(?:`((?:[^`]|``)+)`|"((?:[^"]|"")+)"|([\\p{L}\\p{N}_$]+))';
/** Six groups; `placed` reads them. */
export const PLACE = `${NAME}(?:\\s*\\.\\s*${NAME})?`;

/** `schema`: of a name that has none. */
export const placed = (parts: readonly (string | undefined)[], schema: string): {schema: string; name: string} => {
  const [one, two] = [unquoted(parts.slice(0, 3)), unquoted(parts.slice(3, 6))];
  return two === undefined ? {schema, name: one ?? ''} : {schema: one ?? schema, name: two};
};

const unquoted = ([backticks, quotes, plain]: readonly (string | undefined)[]): string | undefined =>
  backticks?.replaceAll('``', '`') ?? quotes?.replaceAll('""', '"') ?? plain;

/** What is named behind these words, as a plan writes it. */
export const tableAfter = (sql: string, words: string): string[] =>
  [...sql.matchAll(new RegExp(`(?:^|(?<![\\p{L}\\p{N}_$.\`]))(?:${words})\\s+${PLACE}`, 'giu'))].map((match) => {
    const {schema, name} = placed(match.slice(1), '');
    return schema === '' ? name : `${schema}.${name}`;
  });
