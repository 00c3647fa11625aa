/** A file of a proxy's that a switch keeps. It is replaced as a whole, so the proxy never reads half of it. */
import {chmod, chown, open, readFile, realpath, rename, rm, stat} from 'node:fs/promises';
import type {Effects} from '../model/effects.ts';
import {errorText, TerminalError} from '../model/errors.ts';

export class ProxyFile {
  readonly #what: string;
  readonly #path: string;
  readonly #effects: Effects;

  /** `what`: `PgBouncer configuration`, as messages call it. */
  constructor(what: string, path: string, effects: Effects) {
    this.#what = what;
    this.#path = path;
    this.#effects = effects;
  }

  get path(): string {
    return this.#path;
  }

  async read(): Promise<string> {
    const path = await this.#found();
    return this.#doing('read', () => readFile(path, 'utf8'));
  }

  async replace(text: string): Promise<void> {
    const path = await this.#found();
    await this.#effects.point('admin.command', `${this.#what} ${this.#path}`);
    await this.#doing('write', () => replaceFile(path, text));
  }

  #found(): Promise<string> {
    return this.#doing('find', () => realpath(this.#path));
  }

  async #doing<T>(what: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (cause) {
      const reason = errorText(cause);
      const next = 'run Crossfade where it may write that file and its folder, or use the `command` switch';
      throw new TerminalError(`could not ${what} the ${this.#what} ${this.#path}: ${reason}`, {
        code: 'CF-GRANT-001',
        next,
        cause,
      });
    }
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
