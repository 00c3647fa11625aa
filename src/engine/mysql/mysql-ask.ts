import type {AskLimits} from '../engine.ts';
import type {MySessions} from './mysql-sessions.ts';

/** As a subquery, so that it is one query and no statement that acts; two columns of one name are refused by the server. */
export const askMysql = (sessions: MySessions, query: string, {limitMs, rowsMax}: AskLimits) =>
  sessions.use((session) =>
    session.transaction('START TRANSACTION READ ONLY', async () => {
      const asked = `* FROM (\n${query.replace(/;\s*$/, '')}\n) AS asked LIMIT ${rowsMax}`;
      const {rows} = await session.query(`${session.flavour.selectWithin(limitMs)} ${asked}`);
      return rows.map((row) => Object.values(row));
    }),
  );
