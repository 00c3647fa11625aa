/** Client programs, where the machine has them. */
import {existsSync} from 'node:fs';
import {delimiter, join} from 'node:path';
import {addMiss, ServerMissing} from './server-folder.ts';

const VERSIONS = [18, 17, 16, 15, 14];

/** PostgreSQL's own. Throws ServerMissing where it is not installed. */
export function installedTool(name: 'pgbench' | 'psql' | 'pg_dump'): Promise<string> {
  const found = VERSIONS.map((version) => join(`/usr/lib/postgresql/${version}/bin`, name)).find((file) => existsSync(file));
  if (found !== undefined) return Promise.resolve(found);
  const command = 'apt-get install postgresql';
  addMiss({server: name, command, reasons: ['not in /usr/lib/postgresql']});
  return Promise.reject(new ServerMissing(`${name} could not be had. Provide it: ${command}`));
}

/** Any other program, where the system finds it; its package has its name where none is given. */
export function systemProgram(name: string, inPackage = name): Promise<string> {
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
  if (found !== undefined) return Promise.resolve(found);
  const command = `apt-get install ${inPackage}`;
  addMiss({server: name, command, reasons: ['not in the PATH']});
  return Promise.reject(new ServerMissing(`${name} could not be had. Provide it: ${command}`));
}
