/**
 * The same statement on servers of any version and engine. Placeholders of PostgreSQL are numbered differently where a server
 * leaves some of them out (from version 18 on lists are `IN ($1 /*, ... *\/)`), so they lose their numbers, and lists their length.
 * Comments are the client's own and may carry anything; a value that the server has left in is taken out.
 */
import {hash} from 'node:crypto';

const TEXT_MAX = 200;
const FINGERPRINT_DIGITS = 16;

/** Strings, with and without a tag; quoted names; comments; parameters and numbers; white space. */
const PART = /'(?:[^']|'')*'|(\$(?:[a-z_]\w*)?\$)[^]*?\1|"(?:[^"]|"")*"|--[^\n]*|\/\*[^]*?\*\/|\$\d+|\b\d+(?:\.\d+)?(?:e[-+]?\d+)?\b|\s+/gi;
/** A type's name, as it stands behind a value: `::numeric(?)[]`. */
const VALUE = String.raw`\?(?:::[\w." ]+(?:\(\?\))?(?:\[\])?)?`;
const LIST = new RegExp(String.raw`([(\[]) ?${VALUE}(?: ?, ?${VALUE})* ?([)\]])`, 'g');

export const withoutValues = (sent: string): string =>
  sent
    .replaceAll(PART, (part) => {
      if (part.startsWith('"')) return part;
      return /^(?:--|\/\*|\s)/.test(part) ? ' ' : '?';
    })
    .replaceAll(/ +/g, ' ')
    .replaceAll(LIST, '$1?$2')
    .replace(/[ ;]+$/, '')
    .trimStart();

export const fingerprintOf = (folded: string): string => hash('sha256', alikeText(folded)).slice(0, FINGERPRINT_DIGITS);

/** MySQL and MariaDB write digests of their own: with other quotes and spaces, words of their version in capitals, and dots for what was left out. */
const alikeText = (folded: string): string =>
  folded
    .toLowerCase()
    .replaceAll(/[`"]/g, '')
    .replaceAll('<>', '!=')
    .replaceAll(/ ?([^\w\s]) ?/g, '$1')
    .replaceAll('...', '?')
    .replaceAll(/(?<=[(,=<>+*/])-\?/g, '?')
    .replaceAll(/\?(?:,\?)+/g, '?')
    .replaceAll(/\(\?\)(?:,\(\?\))+/g, '(?)');

export const beginningOf = (folded: string): string => (folded.length > TEXT_MAX ? `${folded.slice(0, TEXT_MAX - 1)}…` : folded);

/** Of rows: what else is recorded has its values in it, and may be a password. */
export const isOfRows = (folded: string): boolean => /^[( ]*(?:select|insert|update|delete|replace|merge|with)\b/i.test(folded);

/** The server leaves no string in a text of its own making, and has parameters for numbers; otherwise the text is the client's. */
export const holdsValue = (sent: string): boolean => {
  const parts = [...sent.matchAll(PART)].map(([part]) => part);
  return (
    parts.some((part) => /^(?:'|\$\D)/.test(part)) || (parts.some((part) => /^\d/.test(part)) && !parts.some((part) => /^\$\d/.test(part)))
  );
};
