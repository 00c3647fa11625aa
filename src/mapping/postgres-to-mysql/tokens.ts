/** The tokens of an expression as PostgreSQL's catalogue prints it. */
import {NotUnderstood} from '../token-reader.ts';

export type Token = {
  /** `name` stood in double quotes. */
  readonly kind: 'name' | 'word' | 'number' | 'text' | 'sign' | 'end';
  /** A text without its quotes. */
  readonly text: string;
};

export const tokens = (printed: string): Token[] => {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < printed.length) {
    const at = TOKEN.lastIndex;
    const groups = TOKEN.exec(printed)?.groups;
    if (!groups) throw new NotUnderstood(`at ${printed.slice(at, at + 20)}`);
    const token = tokenOf(groups);
    if (token) found.push(token);
  }
  return [...found, {kind: 'end', text: 'the end'}];
};

const TOKEN = new RegExp(
  [
    String.raw`(?<space>\s+)`,
    String.raw`E'(?<escaped>(?:[^'\\]|''|\\\\)*)'`,
    String.raw`'(?<text>(?:[^']|'')*)'`,
    String.raw`"(?<name>(?:[^"]|"")+)"`,
    String.raw`(?<number>(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)`,
    String.raw`(?<word>[a-z_][a-z0-9_$]*)`,
    String.raw`(?<sign>::|<=|>=|<>|!~~|~~|\|\||[-+*/%=<>(),.[\]])`,
  ].join('|'),
  'iy',
);

const tokenOf = ({escaped, text, name, number, word, sign}: Readonly<Record<string, string | undefined>>): Token | undefined => {
  if (escaped !== undefined) return {kind: 'text', text: escaped.replaceAll(/''|\\\\/g, (all) => all.slice(1))};
  if (text !== undefined) return {kind: 'text', text: text.replaceAll("''", "'")};
  if (name !== undefined) return {kind: 'name', text: name.replaceAll('""', '"')};
  if (number !== undefined) return {kind: 'number', text: number};
  if (word !== undefined) return {kind: 'word', text: word.toLowerCase()};
  return sign === undefined ? undefined : {kind: 'sign', text: sign};
};
