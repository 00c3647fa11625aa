import {expect, it} from 'vitest';
import {differenceJson, differenceText} from './difference-report.ts';
import {hashedKey} from './verifier.ts';
import type {VerifyReport} from './verifier.ts';

const table = {schema: 'shop', name: 'item'};
const report: VerifyReport = {
  equal: false,
  differing: 1200,
  uncompared: 1,
  effort: {waits: 0, retries: 0, held: 0},
  tables: [
    {
      table,
      rows: '5000',
      checksum: '0f',
      differing: 1200,
      differences: [
        {table, key: ['ann@example.org'], kind: 'missing', columns: []},
        {table, key: ['2\n\u001b[31m'], kind: 'different', columns: ['price', 'note']},
      ],
      uncompared: [['7', null]],
    },
    {table: {schema: 'shop', name: 'order'}, rows: '3', checksum: '0a', differing: 0, differences: [], uncompared: []},
  ],
};

it('hides keys by default, in text and in JSON (H-93)', () => {
  for (const shown of [differenceText(report), JSON.stringify(differenceJson(report))]) {
    expect(shown).not.toContain('ann@');
    expect(shown).toContain(hashedKey(table, ['ann@example.org']));
  }
});

it('shows keys when told to, without their control characters', () => {
  expect(differenceText(report, 'plain').split('\n')).toEqual([
    'shop.item: 5000 rows, 1200 differing, 1 not compared',
    '  missing: key ["ann@example.org"]',
    '  different: key ["2\\n\\u001b[31m"] in price, note',
    '  and 1198 more',
    '  not compared: key ["7",null]',
    'shop.order: 3 rows, equal',
    'not equal: 1200 differing, 1 that changed every time they were looked at',
  ]);
  expect(differenceJson(report, 'plain').tables[0]?.differences[0]?.key).toEqual(['ann@example.org']);
});

it('gives a key the same hash in every report and another one in another table', () => {
  expect(hashedKey(table, ['1'])).toBe(hashedKey(table, ['1']));
  expect(hashedKey({...table, name: 'order'}, ['1'])).not.toBe(hashedKey(table, ['1']));
  expect(hashedKey(table, [null])).not.toBe(hashedKey(table, ['~']));
});

it('does not name rows that only a count knows', () => {
  const counted = {
    ...report,
    tables: [
      {
        table,
        rows: '3',
        checksum: '',
        differing: 2,
        differences: [{table, key: [], kind: 'missing', columns: []} as const],
        uncompared: [],
      },
    ],
  };
  expect(differenceText(counted)).toContain('missing: rows that a count cannot name');
});
