import {expect, test} from 'vitest';
import {closedWrites} from '../../examples/demo/closed-writes.ts';
import {decodedLines} from './mysql-witness.ts';

/** As mysqlbinlog 9.7 prints it, shortened. */
const fence = (act: string, state: string): string =>
  `BEGIN\n/*!*/;\n# at 1\n### ${act} \`crossfade\`.\`fence\`\n### SET\n###   @1='0198c0de'\n###   @2=1001\n###   @3='${state}'\n###   @4=NULL\n# at 2\nCOMMIT/*!*/;\n`;
const row = (tag = ''): string =>
  `BEGIN\n/*!*/;\n${tag}### UPDATE \`shop\`.\`account\`\n### WHERE\n###   @1=1\n###   @2=5\n### SET\n###   @1=1\n###   @2=6\nCOMMIT/*!*/;\n`;
const tag = (short: string): string =>
  `### INSERT INTO \`crossfade\`.\`tag\`\n### SET\n###   @1='${short}'\n###   @2='forward'\n###   @3=1\n# at 3\n`;
const judged = (...parts: readonly string[]): string[] => closedWrites(decodedLines(parts.join(''), '0198c0de', 'shop'), 'shop');

test('a write while the source is open or called off is none of its business', () => {
  expect(judged(row(), fence('INSERT INTO', 'fenced'), fence('UPDATE', 'released'), row())).toEqual([]);
});

test('a write behind a fence that was decided is told, ours and other schemas are not', () => {
  const decided = fence('UPDATE', 'committed');
  expect(judged(fence('INSERT INTO', 'fenced'), row(), decided)).toEqual([
    'written behind the fence of attempt 1001, which was then decided: table shop.account: UPDATE 1 6',
  ]);
  expect(judged(fence('INSERT INTO', 'fenced'), decided, row())).toHaveLength(1);
  expect(judged(fence('INSERT INTO', 'fenced'), decided, row(tag('0198c0de')), row().replace('`shop`', '`other`'))).toEqual([]);
  expect(judged(fence('INSERT INTO', 'fenced'), decided, row(tag('another')))).toHaveLength(1);
});
