/**
 * What the server keeps of its log from the place of a stream on. It keeps nothing for a reader: files are taken away by
 * their age and by the size of all of them, whoever still needs them, except while they are being read. So what counts is
 * the oldest file that is still needed, and when it was written last (H-69).
 */
import type {Position} from '../../model/position.ts';
import type {Direction} from '../../model/side.ts';
import type {KeptLog} from '../kept-log.ts';
import {fileBegan} from './mysql-log-age.ts';
import {bytesOf, type LogFile, logFiles} from './mysql-log-files.ts';
import {containsPosition} from './mysql-position.ts';
import type {MySession} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';
import {streamDialect} from './mysql-stream-dialect.ts';

const RULES = `SHOW GLOBAL VARIABLES WHERE variable_name IN ('binlog_expire_logs_seconds', 'binlog_expire_logs_auto_purge', 'max_binlog_total_size')`;

export class MysqlKeptLog {
  readonly #sessions: MySessions;
  /** What the other side has stored, as far as this process has been told. */
  readonly #places = new Map<Direction, Position>();
  #sizes: ReadonlyMap<string, number> = new Map();
  #writtenBytes = 0;
  /** Seconds since 1970, by the server's clock. */
  readonly #began = new Map<string, number>();

  constructor(sessions: MySessions) {
    this.#sessions = sessions;
  }

  standsAt(direction: Direction, place: Position): void {
    this.#places.set(direction, place);
  }

  forget(direction: Direction): void {
    this.#places.delete(direction);
  }

  /** Undefined until this process knows the place of the stream, and where the server does not tell. */
  async look(direction: Direction): Promise<KeptLog | undefined> {
    const place = this.#places.get(direction);
    if (place === undefined) return undefined;
    return this.#sessions.use(async (session) => {
      const files = await logFiles(session);
      if (!files) return undefined;
      this.#count(files);
      const needed = await neededFrom(session, files, place);
      const rules = await rulesOf(session);
      const keptBytes = bytesOf(needed);
      const leftMs = needed.length ? await this.#leftMs(session, needed, rules.expireMs) : 0;
      const leftBytes = rules.bytesMax === undefined ? undefined : Math.max(0, rules.bytesMax - keptBytes);
      return {
        keptBytes,
        leftBytes,
        bytesPerSecond: undefined,
        writtenBytes: this.#writtenBytes,
        isGivenUp: leftMs === 0 || leftBytes === 0,
        ownRules: {leftMs, byAge: 'binlog_expire_logs_seconds', bySize: 'max_binlog_total_size'},
      };
    });
  }

  /** Files that are gone have been written all the same. */
  #count(files: readonly LogFile[]): void {
    for (const {name, bytes} of files) this.#writtenBytes += Math.max(0, bytes - (this.#sizes.get(name) ?? 0));
    this.#sizes = new Map(files.map(({name, bytes}) => [name, bytes]));
  }

  /** A file was written last when the next one began. The newest one is never taken away. */
  async #leftMs(session: MySession, [, next]: readonly LogFile[], expireMs: number | undefined): Promise<number | undefined> {
    if (expireMs === undefined || !next) return expireMs;
    const began = this.#began.get(next.name) ?? (await fileBegan(this.#sessions, next.name));
    this.#began.set(next.name, began);
    const {now} = await session.one('SELECT UNIX_TIMESTAMP() AS now');
    return Math.max(0, expireMs - (Number(now) - began) * 1000);
  }
}

/** The file with the first transaction that is still needed, and all after it; none when it is gone. */
const neededFrom = async (session: MySession, files: readonly LogFile[], place: Position): Promise<readonly LogFile[]> => {
  const {before} = streamDialect(session.flavour);
  for (let at = files.length - 1; at >= 0; at--) {
    if (containsPosition(place, await before(session, files[at]?.name ?? ''))) return files.slice(at);
  }
  return [];
};

type Rules = {readonly expireMs: number | undefined; readonly bytesMax: number | undefined};

const rulesOf = async (session: MySession): Promise<Rules> => {
  const {rows} = await session.query(RULES);
  const values = new Map(rows.map((row) => [row['Variable_name'], row['Value'] ?? '']));
  const seconds = values.get('binlog_expire_logs_auto_purge') === 'OFF' ? 0 : Number(values.get('binlog_expire_logs_seconds') ?? 0);
  const bytes = Number(values.get('max_binlog_total_size') ?? 0);
  return {expireMs: seconds > 0 ? seconds * 1000 : undefined, bytesMax: bytes > 0 ? bytes : undefined};
};
