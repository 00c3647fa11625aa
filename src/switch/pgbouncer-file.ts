/** The configuration file with the database's line. It is replaced as a whole, so PgBouncer never reads half of it. */
import {chmod, chown, open, readFile, realpath, rename, rm, stat} from 'node:fs/promises';
import type {Effects} from '../model/effects.ts';
import {TerminalError} from '../model/errors.ts';
import {writeDatabaseLine} from './pgbouncer-config.ts';
import type {ServerAddress} from './traffic-switch.ts';

export class PgBouncerFile {
  readonly #path: string;
  readonly #effects: Effects;

  constructor(path: string, effects: Effects) {
    this.#path = path;
    this.#effects = effects;
  }

  async pointTo(database: string, address: ServerAddress): Promise<void> {
    const path = await this.#doing('find', () => realpath(this.#path));
    const text = await this.#doing('read', () => readFile(path, 'utf8'));
    const wanted = writeDatabaseLine(text, database, address);
    if (wanted === undefined) throw this.#noLine(database);
    if (wanted === text) return;
    await this.#effects.point('admin.command', `pgbouncer configuration ${this.#path}`);
    await this.#doing('write', () => replaceFile(path, wanted));
  }

  async #doing<T>(what: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const next = 'run Crossfade where it may write that file and its folder, or use the `command` switch';
      throw new TerminalError(`could not ${what} the PgBouncer configuration ${this.#path}: ${reason}`, {
        code: 'CF-GRANT-001',
        next,
        cause,
      });
    }
  }

  #noLine(database: string): TerminalError {
    const next = `name the file whose [databases] section has the line \`${database} = ...\`, also when it is an included one`;
    return new TerminalError(`${this.#path} has no line for the database ${database}`, {code: 'CF-PLAN-001', next});
  }
}

/** Durable before it takes the old one's place, with the old one's owner and mode. */
async function replaceFile(path: string, text: string): Promise<void> {
  const {mode, uid, gid} = await stat(path);
  const making = `${path}.crossfade-new`;
  try {
    const file = await open(making, 'w', mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(making, mode);
    await chown(making, uid, gid);
    await rename(making, path);
  } catch (error) {
    await rm(making, {force: true});
    throw error;
  }
}
