/** Addresses without their passwords, and the file that PGPASSFILE names. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';

export const withoutPassword = (url: string): string => url.replace(/:[^:@/]*@/, '@');

/** Readable by nobody but its owner, or libpq leaves it alone. */
export function passFile(folder: string, urls: readonly string[]): string {
  const file = join(folder, 'passwords');
  const lines = urls
    .map((url) => new URL(url))
    .map((one) => `${one.hostname}:${one.port}:*:${one.username}:${decodeURIComponent(one.password)}\n`);
  writeFileSync(file, lines.join(''), {mode: 0o600});
  return file;
}
