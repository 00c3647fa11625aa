import {describe, expect, it} from 'vitest';
import {pinPlan} from './plan-file.ts';

const PLAN = `name: shop
workflow: live-migration
source: {engine: postgres, url: env:SOURCE_URL}
target: {engine: postgres, url: env:TARGET_URL}
schema: {kind: files, preData: pre.sql, postData: post.sql}
scope: {tables: [shop.orders, shop.items]}
reverse: {window: 1d}
`;

const checksum = (text: string, file = '/plans/p.yaml'): string => pinPlan(text, file).checksum;

describe('the checksum of a plan', () => {
  it.each([
    ['a comment', `# why\n${PLAN}`],
    ['another order of keys', PLAN.split('\n').toReversed().join('\n')],
    ['another way to write a duration', PLAN.replace('1d', '24h')],
    ['a default written out', `${PLAN}cutover: {stallBudget: 5s}\n`],
    ['a gate list instead of nothing in other phases', `${PLAN}gates: {}\n`],
  ])('does not change with %s', (_, text) => {
    expect(checksum(text)).toBe(checksum(PLAN));
  });

  it('does not change with the folder the plan lies in', () => {
    expect(checksum(PLAN, '/elsewhere/p.yaml')).toBe(checksum(PLAN));
  });

  it.each([
    ['another secret reference', PLAN.replace('TARGET_URL', 'OTHER_URL')],
    ['another file', PLAN.replace('post.sql', 'after.sql')],
    ['another order of a list', PLAN.replace('shop.orders, shop.items', 'shop.items, shop.orders')],
    ["an empty list of gates, which turns the workflow's own off", `${PLAN}gates: {cutover: []}\n`],
    ['another window', PLAN.replace('1d', '2d')],
  ])('changes with %s', (_, text) => {
    expect(checksum(text)).not.toBe(checksum(PLAN));
  });

  it('is a golden value: a change here refuses every running migration after an upgrade', () => {
    expect(checksum(PLAN)).toMatch(/^[0-9a-f]{64}$/);
    expect(checksum(PLAN)).toBe('1f8e1406226557d27c9eb1d0c5397b06cce5ab1c879be860865c016f39a26756');
  });
});
