/** The files of the server's binary log, oldest first. */
import {numberOf} from './mysql-errors.ts';
import type {MySession} from './mysql-session.ts';

export type LogFile = {readonly name: string; readonly bytes: number};

/** Not granted, or not there: 1227 of a missing privilege, 1381 of a server without a log. */
const NOT_TOLD = new Set([1227, 1381]);

/** Undefined where the server does not tell. */
export const logFiles = async (session: MySession): Promise<readonly LogFile[] | undefined> => {
  try {
    const {rows} = await session.query('SHOW BINARY LOGS');
    return rows.map((row) => ({name: row['Log_name'] ?? '', bytes: Number(row['File_size'] ?? 0)}));
  } catch (error) {
    if (NOT_TOLD.has(numberOf(error) ?? numberOf((error as Error).cause) ?? 0)) return undefined;
    throw error;
  }
};

export const bytesOf = (files: readonly LogFile[] | undefined): number => (files ?? []).reduce((sum, {bytes}) => sum + bytes, 0);
