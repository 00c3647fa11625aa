/** JSON whose numbers keep their digits: beyond 2^53 a number of JavaScript is another one (invariant 8). */

export type Json = null | boolean | string | ExactNumber | readonly Json[] | JsonObject;
export type JsonObject = {readonly [name: string]: Json};

export class ExactNumber {
  /** As it stands in the document: `9007199254740993`, `4.9E-324`. */
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Throws a SyntaxError where it is not JSON. */
export const parseExactJson = (text: string): Json => (JSON.parse as SourceTextParse)(text, keepDigits);

/** What the library's types do not know yet. */
type SourceTextParse = (text: string, reviver: (key: string, value: unknown, context: {readonly source?: string}) => unknown) => Json;

const keepDigits = (_key: string, value: unknown, {source}: {readonly source?: string}): unknown =>
  typeof value === 'number' ? new ExactNumber(source ?? String(value)) : value;

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);

/** Of no array: none. */
export const elements = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);

/** Of no text: the empty one. */
export const word = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

export function wholeNumber(value: Json | undefined, name: string): number {
  const number = value instanceof ExactNumber ? Number(value.text) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw new Error(`its ${name} is no whole number`);
  return number;
}
