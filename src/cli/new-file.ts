/** Writes the files that a person asked for by name: part of the effects seam. */
import {existsSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import {TerminalError} from '../model/errors.ts';

export const isThere = (file: string): boolean => existsSync(file);

/** Never over something that is there, unless `replace`. */
export async function writeNewFile(file: string, text: string, replace = false): Promise<void> {
  try {
    await writeFile(file, text, {flag: replace ? 'w' : 'wx'});
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    throw new TerminalError(`${file} cannot be written${code}`, {
      code: 'CF-USAGE-001',
      next: 'name a file in a folder you may write to',
      cause,
    });
  }
}
