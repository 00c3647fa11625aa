import type {ServerIdentity} from '../engine.ts';
import type {MySession} from './mysql-session.ts';

export const mysqlIdentity = async (session: MySession): Promise<ServerIdentity> => {
  const {flavour} = session;
  const row = await session.one(`SELECT ${flavour.systemId} AS id, current_user() AS role, coalesce(database(), '') AS name`);
  return {
    systemId: row['id'] ?? '',
    version: flavour.version,
    versionText: flavour.versionText,
    role: row['role'] ?? '',
    database: row['name'] ?? '',
    room: 'server',
  };
};
