import {expect, test} from 'vitest';
import type {Grant} from '../engine/engine.ts';
import {grantLines} from './grant-lines.ts';

const grant = (phase: string, statement: string, isHeld: boolean, isOptional = false): Grant => ({
  phase,
  statement,
  why: 'so',
  isHeld,
  isOptional,
});
const ROLE = {role: 'mover', database: 'shop'};

test('what is missing can be pasted, by phase, and the rest is a comment', () => {
  const grants = [grant('cutover', 'C;', false), grant('assess', 'A;', false, true), grant('assess', 'B;', true)];
  expect(grantLines('source', ROLE, grants)).toEqual([
    '-- source: grants of mover: 2 missing; an administrator runs this in database shop',
    '-- assess',
    'A; -- so (optional)',
    '-- held: B; -- so',
    '-- cutover',
    'C; -- so',
  ]);
});

test('a role that has everything is told so', () => {
  expect(grantLines('target', ROLE, [grant('assess', 'B;', true)])[0]).toBe('-- target: grants of mover: nothing is missing');
});
