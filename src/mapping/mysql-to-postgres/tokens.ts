/** The tokens of an expression as MySQL's catalogue prints it. Comments and variables are in none, so they are refused. */
import {NotUnderstood} from '../token-reader.ts';

export type Token = {
  /** `name` stood in backticks. */
  readonly kind: 'name' | 'word' | 'number' | 'text' | 'bytes' | 'sign' | 'end';
  /** A word in lower case; a text without its quotes; bytes as lower-case hex. */
  readonly text: string;
};

export const tokens = (printed: string): Token[] => {
  const text = unescaped(printed);
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const groups = TOKEN.exec(text)?.groups;
    if (!groups) throw new NotUnderstood(`at ${text.slice(at, at + 20)}`);
    const token = tokenOf(groups);
    if (token) found.push(token);
  }
  return [...found, {kind: 'end', text: 'the end'}];
};

const TOKEN = new RegExp(
  [
    String.raw`(?<space>\s+)`,
    String.raw`(?<bytes>(?:_binary\s*)?(?:x'[0-9a-f]*'|0x[0-9a-f]+))`,
    String.raw`(?<bits>b'[01]*')`,
    String.raw`(?:_(?:utf8mb4|utf8mb3|utf8|latin1|ascii)\s*)?'(?<text>(?:[^'\\]|''|\\.)*)'`,
    '`(?<name>(?:[^`]|``)+)`',
    String.raw`(?<number>(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)`,
    String.raw`(?<word>[a-z_$][\w$]*)`,
    String.raw`(?<sign><=>|<<|>>|<=|>=|<>|!=|&&|\|\||[-+*/%=<>!~^&|(),.])`,
  ].join('|'),
  'isy',
);

const tokenOf = ({bytes, bits, text, name, number, word, sign}: Readonly<Record<string, string | undefined>>): Token | undefined => {
  if (text !== undefined)
    return {
      kind: 'text',
      text: text.replaceAll(/''|\\(.)/gs, (all, one?: string) => (one === undefined ? all[0] : (ESCAPES[one] ?? one)) ?? ''),
    };
  if (bytes !== undefined)
    return {
      kind: 'bytes',
      text: bytes
        .replace(/^_binary\s*/i, '')
        .replace(/^0x|^x'/i, '')
        .replace("'", '')
        .toLowerCase(),
    };
  if (bits !== undefined) return {kind: 'number', text: BigInt(`0b0${bits.slice(2, -1)}`).toString()};
  if (name !== undefined) return {kind: 'name', text: name.replaceAll('``', '`')};
  if (number !== undefined) return {kind: 'number', text: number};
  if (word !== undefined) return {kind: 'word', text: word.toLowerCase()};
  return sign === undefined ? undefined : {kind: 'sign', text: sign};
};

/** `\%` and `\_` keep their backslash: they mean something to LIKE. */
const ESCAPES: Readonly<Record<string, string>> = {n: '\n', r: '\r', t: '\t', b: '\b', '0': '\0', Z: '\x1a', '%': '\\%', _: '\\_'};

/** MySQL escapes the whole text of a generated column and of a check once more: `_utf8mb4\'a\'`. */
const unescaped = (printed: string): string => (/^[^']*\\'/.test(printed) ? printed.replaceAll(/\\(.)/gs, '$1') : printed);
