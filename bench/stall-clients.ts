/**
 * An application in a process of its own: single-row transactions through `crossfade/router` at a steady rate until
 * SIGTERM, then one JSON line with the statements that took long. Started by `stall.ts`.
 */
import {createRouter} from '../src/router/router.ts';

export type Slow = {readonly at: number; readonly ms: number};
export type StallReport = {readonly sent: number; readonly failed: number; readonly slow: readonly Slow[]};

const CLIENTS = 10;
/** Everything quicker is everyday. */
const SLOW_MS = 3;

const [source = '', target = '', migration = '', tps = '500'] = process.argv.slice(2);
const router = createRouter({source, target, migration, poolMax: CLIENTS});
const slow: Slow[] = [];
let [sent, failed, isOver] = [0, 0, false];
process.once('SIGTERM', () => (isOver = true));
await router.query('SELECT 1');
process.stdout.write('ready\n');
await Promise.all(Array.from({length: CLIENTS}, (_, client) => work(client)));
await router.close();
process.stdout.write(`${JSON.stringify({sent, failed, slow} satisfies StallReport)}\n`);

/** A client that was held up does not make up for it: an application's user waits too. */
async function work(client: number): Promise<void> {
  const pauseMs = (1000 * CLIENTS) / Number(tps);
  for (let n = 0; !isOver; n++) {
    const start = performance.now();
    await insert(1_000_000_000 + client * 10_000_000 + n);
    const ms = performance.now() - start;
    if (ms >= SLOW_MS) slow.push({at: Date.now() - ms, ms});
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, pauseMs - ms)));
  }
}

async function insert(id: number): Promise<void> {
  sent++;
  try {
    await router.query(`INSERT INTO item VALUES ($1, 1, 1, now(), true, 'stall')`, [id]);
  } catch {
    failed++; // counted and reported; what it was is not this measurement's business
  }
}
