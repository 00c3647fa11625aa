/** docs/hazards.md leaves no number out, counts what is untested, and names tests that exist and carry the number. */
import {existsSync, readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';

const HAZARDS = 112;
const page = readFileSync('docs/hazards.md', 'utf8');
const section = (heading: string): string => new RegExp(`^## ${heading}\n([\\s\\S]*?)(?=^## |$(?![\\s\\S]))`, 'm').exec(page)?.[1] ?? '';
const numbers = (text: string, pattern = /^\| H-(\d+) \|/gm): number[] => [...text.matchAll(pattern)].map(([, number]) => Number(number));

const tested = section('Tested');
const fences = section('Fences of MySQL and MariaDB');
const untested = section('No test yet');
const later = section('Of engines to come');

describe('the list of hazards', () => {
  test('has every number once', () => {
    const all = [...numbers(tested), ...numbers(untested), ...numbers(later, /\bH-(\d+)\b/g)].toSorted((a, b) => a - b);
    expect(all).toEqual(Array.from({length: HAZARDS}, (_, i) => i + 1));
  });

  test('counts those without a test', () => {
    expect(untested.trim()).toMatch(new RegExp(`^${numbers(untested).length} hazards? `));
  });

  test('has every fence of MySQL once', () => {
    expect(numbers(fences, /^\| Y(\d) \|/gm)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  const rows = [...tested.split('\n'), ...fences.split('\n')].filter((line) => /^\| (?:H-|Y)\d/.test(line));
  test.each(rows.map((row) => [/(?:H-|Y)\d+/.exec(row)?.[0] ?? '', row] as const))('%s is shown by tests that carry it', (number, row) => {
    const shown = [...row.matchAll(/`([^`]+\.ts)`: "([^"]+)"/g)].map(([, file = '', title = '']) => ({file, title}));
    expect(shown).not.toEqual([]);
    for (const {file, title} of shown) {
      expect(title).toMatch(new RegExp(`\\b${number}\\b`));
      expect(existsSync(file), file).toBe(true);
      const quoted = ["'", '`', '"'].map((quote) => `${quote}${title}${quote}`);
      expect(
        quoted.some((name) => readFileSync(file, 'utf8').includes(name)),
        `${file}: ${title}`,
      ).toBe(true);
    }
  });
});
