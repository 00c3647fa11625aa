/**
 * The one line of a PgBouncer configuration that says where a database is. Pure text work: everything else in the
 * file, comments and the line's other settings included, stays as it was.
 */
import type {ServerAddress} from './traffic-switch.ts';

/** The text with the address exchanged; undefined when there is no line for the database. */
export function writeDatabaseLine(text: string, database: string, address: ServerAddress): string | undefined {
  const found = findLine(text, database);
  if (!found) return undefined;
  const {host, port, database: name} = address;
  const pairs = new Map([...parsePairs(found.value), ['host', host], ['port', port], ['dbname', name]]);
  const value = [...pairs].map(([key, one]) => `${key}=${quote(one)}`).join(' ');
  const lines = text.split('\n');
  lines[found.index] = `${found.name} = ${value}`;
  return lines.join('\n');
}

type Line = {readonly index: number; readonly name: string; readonly value: string};

function findLine(text: string, database: string): Line | undefined {
  for (const {index, line} of databaseLines(text)) {
    const parts = split(line);
    if (parts && unquote(parts.name) === database) return {index, ...parts};
  }
  return undefined;
}

function databaseLines(text: string): {index: number; line: string}[] {
  let current = '';
  return text.split('\n').flatMap((line, index) => {
    const heading = /^\s*\[(\w+)\]/.exec(line)?.[1];
    if (heading !== undefined) current = heading;
    const isContent = heading === undefined && !/^\s*([;#]|%|$)/.test(line);
    return isContent && current === 'databases' ? [{index, line}] : [];
  });
}

function split(line: string): {name: string; value: string} | undefined {
  const [, name, value] = /^\s*("(?:[^"]|"")*"|[^\s=]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
  return name === undefined || value === undefined ? undefined : {name, value};
}

/** `key=value` pairs; a value in single quotes doubles the quotes inside. */
const parsePairs = (value: string): Map<string, string> =>
  new Map(
    [...value.matchAll(/(\w+)\s*=\s*(?:'((?:[^']|'')*)'|(\S*))/g)].map(([, key = '', quoted, plain]) => [
      key,
      quoted?.replaceAll("''", "'") ?? plain ?? '',
    ]),
  );

const quote = (value: string): string => (/^[\w.:/,-]+$/.test(value) ? value : `'${value.replaceAll("'", "''")}'`);
const unquote = (name: string): string => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name);
