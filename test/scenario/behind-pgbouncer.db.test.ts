/**
 * A database behind PgBouncer, moved and moved back: the client stays connected, knows nothing of any of it, and gets no
 * error. The plan does not say where the servers are for PgBouncer; they are where the plan finds them.
 */
import {randomBytes} from 'node:crypto';
import pg from 'pg';
import {describe, expect, test} from 'vitest';
import {openLetters} from '../support/letters.ts';
import {pgbouncerProgram, startPgBouncers} from '../support/pgbouncer.ts';
import {optional} from '../support/servers.ts';
import {untilTrue} from '../support/until.ts';

const program = await optional(pgbouncerProgram);
const PLAN = 'behind-pgbouncer';
const COUNT = `SELECT count(*) FROM post.visits WHERE day > date '2030-01-01'`;

describe.skipIf(program === undefined)('behind PgBouncer', () => {
  test('a client that stays connected is moved to the target and back without an error, and every write counts', async () => {
    await using story = await openLetters(PLAN);
    // A superuser, who is fenced like everybody else.
    const user = {name: `pooled_${randomBytes(4).toString('hex')}`, password: 'pooled'};
    for (const side of [story.source, story.target]) await side.run(`CREATE ROLE ${user.name} SUPERUSER LOGIN PASSWORD '${user.password}'`);
    const pool = await startPgBouncers({
      instances: 2,
      database: 'letters',
      address: addressOf(story.source.url),
      user,
      pooling: 'transaction',
    });
    const admin = pool.admins.map((url) => story.secret(url));
    const plan = story.writePlan('pooled.yaml', {switch: [{pgbouncer: {admin, database: 'letters', config: pool.config}}]});
    const clients = pool.clients.map(writingClient);
    try {
      const runner = story.start(['run', plan]);
      await story.untilFact('the reverse window', (fact) => fact.type === 'phase-started' && fact.phase === 'reverse-window');
      await moreOf(clients);
      expect(await story.type('reverse', '--confirm', PLAN, '--wait')).toMatchObject({code: 0});
      await moreOf(clients);
      expect(runner.isRunning).toBe(true);
      await Promise.all(clients.map((client) => client.stop()));
      const sides = clients.map((client) => client.ports());
      expect(
        sides.every((ports) => ports.join() === [portOf(story.source.url), portOf(story.target.url), portOf(story.source.url)].join()),
      ).toBe(true);
      expect(Number(await story.source.value(COUNT))).toBe(clients.reduce((sum, client) => sum + client.written(), 0));
    } finally {
      await Promise.allSettled(clients.map((client) => client.stop()));
      await story.killRunner();
      await pool.stop();
    }
  });
});

const WRITE = `INSERT INTO post.visits VALUES (date '2030-01-01' + $1::int, $2, 1) RETURNING inet_server_port()::text AS port`;

type WritingClient = {
  written(): number;
  /** The servers that answered, each once in a row. */
  ports(): readonly string[];
  /** Rejects with the first error there was. */
  stop(): Promise<void>;
};

function writingClient(url: string, person: number): WritingClient {
  const ports: string[] = [];
  let written = 0;
  let isStopped = false;
  const write = async (): Promise<void> => {
    const client = new pg.Client({connectionString: url});
    await client.connect();
    try {
      while (!isStopped) {
        const {rows} = await client.query<{port: string}>(WRITE, [written + 1, person]);
        written += 1;
        const port = rows[0]?.port ?? 'none';
        if (ports.at(-1) !== port) ports.push(port);
      }
    } finally {
      await client.end();
    }
  };
  const done = write();
  done.catch(() => undefined); // `stop` hands it on
  return {
    written: () => written,
    ports: () => ports,
    stop: () => {
      isStopped = true;
      return done;
    },
  };
}

async function moreOf(clients: readonly WritingClient[]): Promise<void> {
  const seen = clients.map((client) => client.written());
  await untilTrue('more writes of every client', async () => clients.every((client, index) => client.written() > (seen[index] ?? 0) + 5));
}

const portOf = (url: string): string => new URL(url).port;

function addressOf(url: string): string {
  const {hostname, port, pathname} = new URL(url);
  return `host=${hostname} port=${port} dbname=${pathname.slice(1)}`;
}
