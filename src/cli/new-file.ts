/** Writes the files that a person asked for by name: part of the effects seam. */
import {existsSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import {TerminalError} from '../model/errors.ts';

export const isThere = (file: string): boolean => existsSync(file);

/** Never over something that is there, unless `replace`. */
export const writeNewFile = (file: string, text: string, replace = false): Promise<void> => write(file, text, {flag: replace ? 'w' : 'wx'});

/** For its owner's eyes only, and never over something. */
export const writeSecretFile = (file: string, text: string): Promise<void> => write(file, text, {flag: 'wx', mode: 0o600});

async function write(file: string, text: string, how: {readonly flag: string; readonly mode?: number}): Promise<void> {
  try {
    await writeFile(file, text, how);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    throw new TerminalError(`${file} cannot be written${code}`, {
      code: 'CF-USAGE-001',
      next: 'name a file in a folder you may write to',
      cause,
    });
  }
}
