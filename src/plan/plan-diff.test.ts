import {describe, expect, it} from 'vitest';
import {planDiff} from './plan-diff.ts';

describe('planDiff', () => {
  const before = {name: 'shop', load: {parallel: 4}, scope: {tables: ['shop.*'], exclude: []}, gates: {}};

  it('says nothing about equal plans', () => {
    expect(planDiff(before, structuredClone(before))).toBe('');
  });

  it('names what changed, what came and what went, by field', () => {
    const after = {
      name: 'shop',
      load: {parallel: 8},
      scope: {tables: ['shop.*'], exclude: ['shop.log']},
      gates: {cutover: [{name: 'approval', settings: {}}]},
    };
    expect(planDiff(before, after).split('\n')).toEqual([
      '- gates: {}',
      '+ gates.cutover[0].name: "approval"',
      '+ gates.cutover[0].settings: {}',
      '~ load.parallel: 4 -> 8',
      '- scope.exclude: []',
      '+ scope.exclude[0]: "shop.log"',
    ]);
  });

  it('is the same diff the other way round', () => {
    expect(planDiff({a: 1}, {b: null})).toBe('- a: 1\n+ b: null');
    expect(planDiff({b: null}, {a: 1})).toBe('+ a: 1\n- b: null');
  });
});
