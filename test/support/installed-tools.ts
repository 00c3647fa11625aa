/** PostgreSQL's own client programs, where the machine has them. */
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {addMiss, ServerMissing} from './server-folder.ts';

const VERSIONS = [18, 17, 16, 15, 14];

/** Throws ServerMissing where it is not installed. */
export function installedTool(name: 'pgbench' | 'psql' | 'pg_dump'): Promise<string> {
  const found = VERSIONS.map((version) => join(`/usr/lib/postgresql/${version}/bin`, name)).find((file) => existsSync(file));
  if (found !== undefined) return Promise.resolve(found);
  const command = 'apt-get install postgresql';
  addMiss({server: name, command, reasons: ['not in /usr/lib/postgresql']});
  return Promise.reject(new ServerMissing(`${name} could not be had. Provide it: ${command}`));
}
