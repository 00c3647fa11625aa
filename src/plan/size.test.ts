import {describe, expect, it} from 'vitest';
import {formatSize, parseSize} from './size.ts';

describe('parseSize', () => {
  it.each([
    ['1B', 1],
    ['512KiB', 524_288],
    ['64MiB', 67_108_864],
    ['2GiB', 2_147_483_648],
  ])('reads %s as %i bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
    expect(formatSize(bytes)).toBe(text);
  });

  it.each(['', '64', '64MB', '64M', '64mib', '1.5MiB', '-1MiB', '64 MiB'])('refuses "%s"', (text) => {
    expect(parseSize(text)).toBeUndefined();
  });
});
