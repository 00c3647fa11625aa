/**
 * A JSON text as jsonb would print it: keys in its order (shorter first, then by bytes), the last of two equal keys,
 * numbers exact and without exponent. Digits are never read as a JavaScript number, so none is rounded.
 */

/**
 * What else a document may be kept in: how each number is written, and how deep it may go. Both throw NotJsonb. `text`: all
 * digits of the number, `original`: as it stands there.
 */
type Limits = {readonly number?: (text: string, original: string) => string; readonly depthMax?: number};

/** Undefined for what jsonb refuses: texts that are not JSON, or carry a NUL or half a surrogate pair. */
export const jsonbText = (text: string, limits: Limits = {}): string | undefined => {
  const reader: Reader = {text, at: 0, depth: 0, limits};
  try {
    const value = readValue(reader);
    skipSpace(reader);
    return reader.at === text.length ? value : undefined;
  } catch (error) {
    if (error instanceof NotJsonb) return undefined;
    throw error;
  }
};

/** Whether an object of it has a key twice: jsonb keeps the last one only. */
export const hasTwins = (text: string): boolean => {
  const reader: Reader = {text, at: 0, depth: 0, limits: {}, hasTwins: false};
  readValue(reader);
  return reader.hasTwins === true;
};

export class NotJsonb extends Error {}

type Reader = {readonly text: string; readonly limits: Limits; at: number; depth: number; hasTwins?: boolean};

/** More digits than this are not written out: a short text must not become megabytes. PostgreSQL itself goes further. */
const EXPONENT_MAX = 4096;
/** Deeper than any server's own limit would end our stack. */
const DEPTH_MAX = 1000;

const readValue = (reader: Reader): string => {
  skipSpace(reader);
  const first = reader.text[reader.at];
  if (first === '{') return nested(reader, readObject);
  if (first === '[') return nested(reader, readArray);
  if (first === '"') return JSON.stringify(readString(reader));
  return readNumber(reader) ?? readWord(reader);
};

const nested = (reader: Reader, read: (reader: Reader) => string): string => {
  if (++reader.depth > (reader.limits.depthMax ?? DEPTH_MAX)) throw new NotJsonb();
  reader.at++;
  const value = read(reader);
  reader.depth--;
  return value;
};

const readObject = (reader: Reader): string => {
  const members = new Map<string, string>();
  list(reader, '}', () => {
    skipSpace(reader);
    const name = readString(reader);
    expect(reader, ':');
    if (members.has(name)) reader.hasTwins = true;
    members.set(name, readValue(reader));
  });
  const sorted = [...members].map(([name, value]) => ({bytes: Buffer.from(name), name, value}));
  sorted.sort((a, b) => a.bytes.length - b.bytes.length || Buffer.compare(a.bytes, b.bytes));
  return `{${sorted.map(({name, value}) => `${JSON.stringify(name)}: ${value}`).join(', ')}}`;
};

const readArray = (reader: Reader): string => {
  const values: string[] = [];
  list(reader, ']', () => values.push(readValue(reader)));
  return `[${values.join(', ')}]`;
};

const list = (reader: Reader, end: string, readOne: () => void): void => {
  skipSpace(reader);
  if (reader.text[reader.at] === end) {
    reader.at++;
    return;
  }
  for (;;) {
    readOne();
    skipSpace(reader);
    if (reader.text[reader.at] !== ',') break;
    reader.at++;
  }
  expect(reader, end);
};

const skipSpace = (reader: Reader): void => {
  while (' \t\n\r'.includes(reader.text[reader.at] ?? 'x')) reader.at++;
};

const expect = (reader: Reader, sign: string): void => {
  skipSpace(reader);
  if (reader.text[reader.at] !== sign) throw new NotJsonb();
  reader.at++;
};

const readString = (reader: Reader): string => {
  const end = stringEnd(reader);
  const value = parsed(reader.text.slice(reader.at, end));
  if (value.includes('\0') || !value.isWellFormed()) throw new NotJsonb();
  reader.at = end;
  return value;
};

/** By hand: a pattern would need room for every sign of a text that can be megabytes. */
const stringEnd = ({text, at}: Reader): number => {
  if (text[at] !== '"') throw new NotJsonb();
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i + 1;
  }
  throw new NotJsonb();
};

const parsed = (text: string): string => {
  try {
    return JSON.parse(text) as string;
  } catch (cause) {
    throw new NotJsonb('not a JSON text', {cause});
  }
};

const readWord = (reader: Reader): string => {
  const found = matched(reader, /true|false|null/y);
  if (found === undefined) throw new NotJsonb();
  return found;
};

const readNumber = (reader: Reader): string | undefined => {
  const text = matched(reader, /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text ?? '');
  if (!parts) return undefined;
  const [, sign = '', whole = '', fraction = '', power = '0'] = parts;
  const exponent = Number(power);
  if (Math.abs(exponent) > EXPONENT_MAX) throw new NotJsonb();
  const written = shifted(sign, whole, fraction, exponent);
  return reader.limits.number?.(written, text ?? '') ?? written;
};

/** The scale of the text is kept, as numeric keeps it: 1.50 and 1e-3 have two and three digits behind the point, 1.5e1 none. */
const shifted = (sign: string, whole: string, fraction: string, exponent: number): string => {
  const scale = Math.max(0, fraction.length - exponent);
  const digits = (whole + fraction).padEnd(whole.length + exponent, '0');
  const point = Math.max(0, digits.length - scale);
  const before = digits.slice(0, point).replace(/^0+(?=\d)/, '') || '0';
  const after = scale ? digits.slice(point).padStart(scale, '0') : '';
  const isZero = /^0*$/.test(before + after);
  return `${isZero ? '' : sign}${before}${after === '' ? '' : `.${after}`}`;
};

const matched = (reader: Reader, pattern: RegExp): string | undefined => {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text)?.[0];
  if (found !== undefined) reader.at += found.length;
  return found;
};
