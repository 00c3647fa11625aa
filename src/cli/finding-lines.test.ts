import {expect, test} from 'vitest';
import type {Finding} from '../engine/finding.ts';
import {findingLines} from './finding-lines.ts';

const finding = (severity: Finding['severity'], object: string, reason = 'ends the way back'): Finding => ({
  severity,
  code: 'CF-MAP-002',
  object,
  reason,
  next: 'keep them out',
});

test('what is alike is said once, with every object that it is said of', () => {
  const findings = [
    finding('warn', 'a.x'),
    finding('info', 'a.x'),
    finding('warn', 'a.y'),
    finding('warn', 'a.z', 'is long'),
    finding('warn', 'b.x'),
  ];
  expect(findingLines([...findings, finding('warn', 'b.y')])).toEqual([
    'warn CF-MAP-002 a.x and 3 more: ends the way back',
    '  a.y, b.x, b.y',
    '  → keep them out',
    'info CF-MAP-002 a.x: ends the way back',
    '  → keep them out',
    'warn CF-MAP-002 a.z: is long',
    '  → keep them out',
  ]);
  expect(findingLines(findings)).toEqual([
    'warn CF-MAP-002 a.x, a.y, b.x: ends the way back',
    '  → keep them out',
    'info CF-MAP-002 a.x: ends the way back',
    '  → keep them out',
    'warn CF-MAP-002 a.z: is long',
    '  → keep them out',
  ]);
});

test('every refusal stands by itself', () => {
  expect(findingLines([finding('refuse', 'a.x'), finding('refuse', 'a.y')])).toEqual([
    'REFUSED CF-MAP-002 a.x: ends the way back',
    '  → keep them out',
    'REFUSED CF-MAP-002 a.y: ends the way back',
    '  → keep them out',
  ]);
});
