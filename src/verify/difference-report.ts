/** Differences for people and programs. Keys may be personal data, so they are hashed unless the reader may see them. */
import type {Key} from '../model/change.ts';
import {nameOf, type TableName} from '../model/table.ts';
import {type Difference, hashedKey, type TableVerdict, type VerifyReport} from './verifier.ts';

export type KeyStyle = 'hashed' | 'plain';

export type DifferenceJson = {
  readonly equal: boolean;
  readonly differing: number;
  readonly uncompared: number;
  readonly tables: readonly {
    readonly table: string;
    readonly rows: string;
    readonly checksum: string;
    readonly differing: number;
    readonly differences: readonly {readonly key: string | Key; readonly kind: Difference['kind']; readonly columns: readonly string[]}[];
    readonly uncompared: readonly (string | Key)[];
  }[];
};

export const differenceJson = (report: VerifyReport, keys: KeyStyle = 'hashed'): DifferenceJson => {
  const shown = (table: TableName, key: Key): string | Key => (keys === 'plain' ? key : hashedKey(table, key));
  return {
    equal: report.equal,
    differing: report.differing,
    uncompared: report.uncompared,
    tables: report.tables.map(({table, rows, checksum, differing, differences, uncompared}) => ({
      table: nameOf(table),
      rows,
      checksum,
      differing,
      differences: differences.map(({key, kind, columns}) => ({key: shown(table, key), kind, columns})),
      uncompared: uncompared.map((key) => shown(table, key)),
    })),
  };
};

/** One line per table, and below it one per difference. */
export const differenceText = (report: VerifyReport, keys: KeyStyle = 'hashed'): string =>
  [...report.tables.flatMap((verdict) => tableLines(verdict, keys)), closingLine(report)].join('\n');

const tableLines = (verdict: TableVerdict, keys: KeyStyle): string[] => {
  const {table, rows, differences, differing, uncompared} = verdict;
  const shown = (key: Key): string =>
    key.length === 0 ? 'rows that a count cannot name' : keys === 'plain' ? `key ${plainKey(key)}` : `key #${hashedKey(table, key)}`;
  const unnamed = differing - differences.length;
  return [
    `${nameOf(table)}: ${rows} rows, ${stateOf(verdict)}`,
    ...differences.map(({key, kind, columns}) => `  ${kind}: ${shown(key)}${columns.length ? ` in ${columns.join(', ')}` : ''}`),
    ...(differences.length && unnamed ? [`  and ${unnamed} more`] : []),
    ...uncompared.map((key) => `  not compared: ${shown(key)}`),
  ];
};

const stateOf = ({differing, uncompared}: TableVerdict): string => {
  const states = [differing ? `${differing} differing` : '', uncompared.length ? `${uncompared.length} not compared` : ''].filter(Boolean);
  return states.join(', ') || 'equal';
};

const closingLine = ({equal, differing, uncompared}: VerifyReport): string =>
  equal ? 'equal' : `not equal: ${differing} differing, ${uncompared} that changed every time they were looked at`;

/** JSON, so that no key can break the line or send a terminal its control characters. */
const plainKey = (key: Key): string => JSON.stringify(key);
