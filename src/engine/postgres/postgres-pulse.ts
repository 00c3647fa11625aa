/** What a PostgreSQL server says of the sessions that wait for it. */
import type {OpenOptions} from '../engine.ts';
import {Pulse, type Suspects} from '../pulse.ts';
import type {PgSession} from './postgres-session.ts';

/**
 * What the server does for the sessions. For an idle one it has done what it was asked, so the answer is on the way; in a
 * COPY it may wait to be rid of rows, or for rows: of those it tells how many bytes it has got.
 */
const ACTIVITY = `
  SELECT pid::text AS pid, coalesce(a.state, '') AS state, coalesce(a.wait_event, '') AS wait, coalesce(c.bytes_processed, 0)::text AS got
  FROM pg_stat_activity a LEFT JOIN pg_stat_progress_copy c USING (pid) WHERE pid = ANY($1::int[])`;

type Activity = {readonly isIdle: boolean; readonly wait: string; readonly got: string};

export const postgresPulse = (options: OpenOptions, all: ReadonlySet<PgSession>, open: () => Promise<PgSession>): Pulse<PgSession> =>
  new Pulse(options, all, {open, suspects, isAnswer});

const suspects = async (asker: PgSession, waiting: readonly PgSession[]): Promise<Suspects<PgSession> | undefined> => {
  const pids = [...waiting, asker].map(({serverPid}) => serverPid);
  const {rows} = await asker.query(ACTIVITY, [`{${pids.join(',')}}`], 'pulse');
  const all = new Map(
    rows.map(({pid, state, wait, got}) => [Number(pid), {isIdle: state?.startsWith('idle') === true, wait: wait ?? '', got: got ?? ''}]),
  );
  // It is busy with this very question; where it does not know that, the numbers are not its own but a pooler's.
  if (all.get(asker.serverPid)?.isIdle !== false) return undefined;
  return new Map(waiting.flatMap((session) => suspicionOf(session, all.get(session.serverPid)) ?? []));
};

/** Undefined while the server is at work, or while it waits for us with reason. */
const suspicionOf = (session: PgSession, activity: Activity | undefined): readonly [readonly [PgSession, string]] | undefined => {
  const {waiting} = session;
  if (!waiting || waiting.isUnread()) return undefined;
  if (!activity || activity.isIdle || activity.wait === 'ClientWrite') return [[session, `${session.bytesRead}`]];
  return activity.wait === 'ClientRead' && waiting.isUnderWay() ? [[session, activity.got]] : undefined;
};

const isAnswer = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && ('severity' in error || ('cause' in error && isAnswer(error.cause)));
