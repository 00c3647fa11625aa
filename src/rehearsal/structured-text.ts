/** Values inside values: the members of a JSON document, the elements of an array. What is between them stays as it is. */

/** A JSON document's members: `key` is the nearest name above, `isText` tells `"12"` from `12`. */
export type Member = {readonly key: string; readonly value: string; readonly isText: boolean};

/** Numbers are never read as numbers, so none is rounded. Names of members are put through `name`. */
export function mapJson(document: string, change: (member: Member) => string, name: (key: string) => string): string {
  let key = '';
  return document.replaceAll(TOKEN, (token, text: string | undefined, colon: string | undefined) => {
    if (text === undefined) return /^[-\d]/.test(token) ? change({key, value: token, isText: false}) : token;
    const value = JSON.parse(text) as string;
    if (colon === undefined) return JSON.stringify(change({key, value, isText: true}));
    key = value;
    return `${JSON.stringify(name(value))}${colon}`;
  });
}

/** A text, perhaps as the name of a member; a number; a word. */
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|[a-z]+/g;

/** The elements of an array as PostgreSQL writes it: `{a,"b c",NULL}`, perhaps in several dimensions. */
export const mapArray = (array: string, change: (element: string) => string): string =>
  array.replaceAll(ELEMENT, (element, quoted: string | undefined) => {
    if (quoted === undefined && element === 'NULL') return element;
    const value = quoted === undefined ? element : quoted.replaceAll(/\\(.)/gs, '$1');
    return `"${change(value).replaceAll(/[\\"]/g, '\\$&')}"`;
  });

const ELEMENT = /"((?:[^"\\]|\\.)*)"|[^{},"\s][^{},"]*/gs;

/** Rounds a number or a time down. Without a step a number keeps its first digit only, and a time its year; a date of zeros stays none. */
export function roundedDown(value: string, step: number | string | undefined): string {
  if (value.startsWith('0000-00-00')) return value;
  const isTime = /^\d{4,}-\d\d-\d\d/.test(value);
  if (isTime) return startOf(value, typeof step === 'string' ? step : 'year');
  if (typeof step === 'number') return multiple(value, step);
  const at = value.search(/[1-9]/);
  return at < 0 ? value : value.slice(0, at + 1) + value.slice(at + 1).replaceAll(/\d/g, '0');
}

function startOf(value: string, unit: string): string {
  const [, year = '', month = '', day = '', time, zone = ''] = /^(\d+)-(\d\d)-(\d\d)(?: ([\d:.]+))?(.*)$/.exec(value) ?? [];
  const date = unit === 'year' ? `${year}-01-01` : unit === 'month' ? `${year}-${month}-01` : `${year}-${month}-${day}`;
  if (time === undefined) return date + zone;
  return `${date} ${unit === 'hour' ? time.slice(0, 2) : '00'}:00:00${zone}`;
}

/** A step is a number of the plan; where it has no fraction, whole numbers of any size are rounded exactly. */
function multiple(value: string, step: number): string {
  if (!/^-?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(value)) return value;
  if (!Number.isInteger(step) || /e/i.test(value)) return String(Math.floor(Number(value) / step) * step);
  const [whole, size] = [BigInt(value.split('.')[0] ?? '0'), BigInt(step)];
  const rest = ((whole % size) + size) % size;
  return String(whole - rest);
}
