/** The rows that a drill has changed on purpose: `--seeded FILE`, a JSON object per line. Only hashes of their keys leave this file. */
import {readFile} from 'node:fs/promises';
import {errorText, TerminalError} from '../model/errors.ts';
import {hashedKey} from '../verify/verifier.ts';

/** They travel in one entry of the journal. */
const KEYS_MAX = 1_000;

/** A line is `{"table": "shop.orders", "key": ["42"]}`, the key's values as the database writes them, in the key's order. */
export async function seededKeys(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw refused(file, errorText(error));
  });
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length > KEYS_MAX) throw refused(file, `${lines.length} rows are named, and ${KEYS_MAX} are the most`);
  return lines.map((line, i) => keyOf(line) ?? refuse(file, i + 1));
}

function keyOf(line: string): string | undefined {
  const {table, key} = parsed(line);
  const [, schema, name] = (typeof table === 'string' ? /^([^.]+)\.(.+)$/.exec(table) : undefined) ?? [];
  const isKey = Array.isArray(key) && key.length > 0 && key.every((value) => value === null || typeof value === 'string');
  return schema !== undefined && name !== undefined && isKey ? hashedKey({schema, name}, key) : undefined;
}

function parsed(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? {...value} : {};
  } catch {
    return {}; // told with the line's number
  }
}

const refuse = (file: string, line: number): never => {
  throw refused(file, `line ${line} is not like {"table": "shop.orders", "key": ["42"]}`);
};

const refused = (file: string, why: string): TerminalError =>
  new TerminalError(`--seeded ${file}: ${why}`, {code: 'CF-USAGE-001', next: 'crossfade help verify'});
