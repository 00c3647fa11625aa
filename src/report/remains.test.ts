import {expect, test} from 'vitest';
import {remainsOf} from './remains.ts';

const left = (workflow: string, isFinal = true) =>
  remainsOf({phase: 'reverse-window', isFinal, openSide: 'target', plan: {workflow} as never}).map(({where}) => where);

test.each(['live-migration', 'dual-write'])('%s has closed a side, which keeps a fence and its rows', (workflow) => {
  expect(left(workflow)).toEqual(['the source', 'the source', 'both sides']);
  expect(left(workflow, false)).toEqual(['both sides', 'the source', 'both sides']);
});

test('a change in place has closed none', () => {
  expect(left('expand-contract')).toEqual(['both sides']);
});
