/** Pages of the codes of connections. */
import type {ErrorCode} from '../model/errors.ts';
import {page, type Page} from './explain-page.ts';

export const connectionPages = {
  'CF-CONN-001': page(
    'a database could not be reached',
    'No connection could be opened: wrong host or port, a firewall, or a server that is down.',
    'For moments, during a failover or a restart; it is retried.',
    'Try the same address with the server’s own client (psql, mysql, mariadb) from the same machine. Nothing was changed by the attempt.',
  ),
  'CF-CONN-002': page(
    'user or password refused',
    'The server answered and does not accept this user, password or database.',
    'After a rotated password.',
    'Check the secret the plan refers to. PostgreSQL: pg_hba.conf for this host, and for replication connections. MySQL and MariaDB: an account is a name and the host that it comes from, as select user() shows it.',
  ),
  'CF-CONN-003': page(
    "the server's certificate could not be verified",
    'The connection is encrypted, but nothing proves that the right server answers.',
    'With a private certificate authority that the plan does not name.',
    'Name it under tls: {mode: verify-full, ca: FILE}. Use mode: disable only on a network you trust as a wire.',
  ),
  'CF-CONN-004': page(
    'the connection was lost while it was needed',
    'A session ended in the middle of work, or its server said nothing for 20 s while the connection stood. What was not committed did not happen; what was is on record.',
    'For moments, when a server restarts, a network breaks, or a proxy drops idle sessions.',
    'crossfade resume goes on from the last commit. If it keeps happening, look for a proxy or timeout between this machine and the server.',
  ),
} as const satisfies Partial<Record<ErrorCode, Page>>;
