/** The two pools behind a router: one connection at a time for one statement or transaction. */
import pg from 'pg';
import type {Side} from '../model/side.ts';
import {after} from './clock.ts';
import {cut, GOODBYE_MS_MAX} from './goodbye.ts';
import {NotConnected} from './outcome.ts';

/** `isBroken` is set by whoever found out; the connection is then closed instead of kept. */
export type Lease = {readonly client: pg.PoolClient; readonly side: Side; isBroken: boolean; release(): void};

/** Throws NotConnected: whatever was to be sent was certainly not sent. */
export async function takeLease(pool: pg.Pool, side: Side): Promise<Lease> {
  const client = await connect(pool, side);
  const error = failures.get(client);
  if (error) {
    client.release(true);
    throw notConnected(side, error);
  }
  const release = () => client.release(lease.isBroken || failures.has(client));
  const lease: Lease = {client, side, isBroken: false, release};
  return lease;
}

async function connect(pool: pg.Pool, side: Side): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw notConnected(side, error);
  }
}

const notConnected = (side: Side, error: unknown): NotConnected =>
  new NotConnected(`no connection to the ${side}: ${error instanceof Error ? error.message : String(error)}`, {cause: error});

/**
 * Why a connection has failed, be it in use or not. A server may log a client in and end it in one breath, and
 * then its error comes between the pool's last look and the first of whoever takes the connection.
 */
const failures = new WeakMap<pg.PoolClient, Error>();

/** `connections`: those that have not ended, also when the pool has said goodbye to them. */
export type RouterPool = pg.Pool & {readonly connections: ReadonlySet<pg.PoolClient>};

export function createPool(config: pg.PoolConfig): RouterPool {
  const pool = new pg.Pool({fallback_application_name: 'crossfade-router', ...config});
  // An idle connection that dies leaves the pool by itself; whoever needs one next gets the error of connecting.
  pool.on('error', () => undefined);
  const connections = new Set<pg.PoolClient>();
  pool.on('connect', (client) => {
    connections.add(client);
    // The statement in work gets the error as well; without a listener it would end the process.
    client.on('error', (error) => void failures.set(client, error));
    client.once('end', () => connections.delete(client));
  });
  return Object.assign(pool, {connections});
}

/** Waits for running statements. A goodbye that nobody answers is cut off, so that no socket keeps the process. */
export async function endPool(pool: RouterPool): Promise<void> {
  await pool.end();
  const cancel = after(GOODBYE_MS_MAX, () => cutPool(pool));
  await Promise.all([...pool.connections].map((client) => new Promise<void>((resolve) => client.once('end', () => resolve()))));
  cancel();
}

export const cutPool = ({connections}: RouterPool): void => connections.forEach(cut);

/**
 * Opens as many connections as the other side has, while statements are held anyway: logging in is the slowest part of
 * the first statement on a new side. A failure here is met again, and reported, by the statement that needs it.
 */
export async function warm(pool: pg.Pool, like: pg.Pool): Promise<void> {
  const missing = Math.max(like.totalCount - pool.totalCount, 0);
  const results = await Promise.allSettled(Array.from({length: missing}, () => pool.connect()));
  for (const result of results) if (result.status === 'fulfilled') result.value.release();
}

export const poolConfig = (given: string | pg.PoolConfig, poolMax: number | undefined): pg.PoolConfig => ({
  ...(typeof given === 'string' ? {connectionString: given} : given),
  ...(poolMax === undefined ? {} : {max: poolMax}),
});

/** Only how to reach the server: a pool's limits mean nothing to the one connection of a watch. */
export function clientConfig(pool: pg.PoolConfig): pg.ClientConfig {
  const {connectionString, host, port, user, password, database, ssl, options} = pool;
  const given = {connectionString, host, port, user, password, database, ssl, options};
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
