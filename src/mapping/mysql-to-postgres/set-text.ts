/** A SET as an array: `a,b` and `{a,b}`. Members have no comma, whichever other signs they have. */

/** No member is looked up: one that the definition does not have would be refused by the CHECK of the column. */
export const setArray = (text: string): string => {
  const parts = text === '' ? [] : text.split(',');
  return `{${parts.map((part) => quoted(part)).join(',')}}`;
};

/** In the order of the definition, which is the only one that MySQL has; undefined for members it does not know. */
export const setText = (text: string, members: readonly string[]): string | undefined => {
  const parts = elements(text);
  if (!parts?.every((part) => members.includes(part))) return undefined;
  return members.filter((name) => parts.includes(name)).join(',');
};

/** As PostgreSQL itself quotes the elements of an array. */
const quoted = (text: string): string =>
  text === '' || /[{}",\\ \t\n\r\v\f]/.test(text) || text.toUpperCase() === 'NULL' ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : text;

const elements = (text: string): string[] | undefined => {
  const inside = /^\{(.*)\}$/s.exec(text)?.[1];
  if (inside === undefined) return undefined;
  if (inside === '') return [];
  const found: string[] = [];
  const element = /(?:"((?:[^"\\]|\\.)*)"|([^",{}\\]+))(,|$)/gsy;
  for (let one = element.exec(inside); one; one = element.exec(inside)) {
    if (one[1] === undefined && one[2] === 'NULL') return undefined;
    found.push(one[1] === undefined ? (one[2] ?? '') : one[1].replaceAll(/\\(.)/gs, '$1'));
    if (one[3] === '') return found;
  }
  return undefined;
};
