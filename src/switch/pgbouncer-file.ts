/** The configuration file with the database's line. */
import type {Effects} from '../model/effects.ts';
import {TerminalError} from '../model/errors.ts';
import {writeDatabaseLine} from './pgbouncer-config.ts';
import {ProxyFile} from './proxy-file.ts';
import type {ServerAddress} from './traffic-switch.ts';

export class PgBouncerFile {
  readonly #file: ProxyFile;

  constructor(path: string, effects: Effects) {
    this.#file = new ProxyFile('PgBouncer configuration', path, effects);
  }

  async pointTo(database: string, address: ServerAddress): Promise<void> {
    const text = await this.#file.read();
    const wanted = writeDatabaseLine(text, database, address);
    if (wanted === undefined) throw this.#noLine(database);
    if (wanted !== text) await this.#file.replace(wanted);
  }

  #noLine(database: string): TerminalError {
    const next = `name the file whose [databases] section has the line \`${database} = ...\`, also when it is an included one`;
    return new TerminalError(`${this.#file.path} has no line for the database ${database}`, {code: 'CF-PLAN-001', next});
  }
}
