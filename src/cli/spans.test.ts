import {describe, expect, it} from 'vitest';
import {remaining, since} from './spans.ts';

const BEGIN = '2026-05-01T10:00:00.000Z';
const later = (seconds: number): Date => new Date(Date.parse(BEGIN) + seconds * 1000);

describe('since', () => {
  it.each([
    [0, '0s'],
    [119, '119s'],
    [121, '2m'],
    [7_199, '119m'],
    [7_200, '2h'],
    [172_800, '2d'],
  ])('%i seconds is %s', (seconds, text) => {
    expect(since(BEGIN, later(seconds))).toBe(text);
  });
});

describe('remaining', () => {
  it.each([
    [-0.2, '1s'],
    [-7.5, '8s'],
    [-172_800, '2d'],
    [0, '0s'],
    [5, '0s'],
  ])('seen at %i seconds it is %s', (seconds, text) => {
    expect(remaining(BEGIN, later(seconds))).toBe(text);
  });
});
