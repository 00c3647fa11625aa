/** When a file of the binary log was begun, which no statement tells: its first event does. */
import {within} from '../../model/time-limit.ts';
import {TransientError} from '../../model/errors.ts';
import {dump, dumpOfFile, serverIdOf} from './mysql-dump-command.ts';
import type {MySessions} from './mysql-sessions.ts';

const ANSWER_MS_MAX = 20_000;

/** Seconds since 1970. */
export const fileBegan = async (sessions: MySessions, name: string): Promise<number> => {
  const {clock, randomId} = sessions.options.effects;
  const session = await sessions.open('log age');
  try {
    await session.query('SET @master_binlog_checksum = @@global.binlog_checksum, @source_binlog_checksum = @@global.binlog_checksum');
    const began = await within(clock, ANSWER_MS_MAX, firstTime(session.connection, dumpOfFile(serverIdOf(randomId()), name)));
    if (began !== 'late') return began;
    throw new TransientError(`the ${sessions.options.side} does not send its log file ${name}`, {
      code: 'CF-CONN-004',
      next: 'crossfade resume',
    });
  } finally {
    session.destroy();
  }
};

/** What the server says before the file's own events has no time. */
const firstTime = (connection: Parameters<typeof dump>[0], command: Buffer): Promise<number> =>
  new Promise((resolve, reject) => {
    const take = (event: Buffer): void => {
      const seconds = event.readUInt32LE(0);
      if (seconds > 0) resolve(seconds);
    };
    dump(connection, command, take, reject);
  });
