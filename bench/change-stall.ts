/**
 * `npm run bench:change -- [--rounds N] [--rate R] [--clients C] [--rows N] [--only NAME] [--engine NAME] [--json]`: each operation of a
 * change in place, on its own and several times, on a table that clients write to: what they waited in each phase, by their
 * own logs. The numbers are of this machine and this moment. Ends with 1 where a write failed or is lost.
 */
import {parseArgs} from 'node:util';
import type {Case} from './change-cases.ts';
import {startMysqlOf} from './change-mysql.ts';
import {type Change, changeOnce} from './change-run.ts';
import {startPostgres} from './change-server.ts';

const {values: flags} = parseArgs({
  options: {
    rounds: {type: 'string', default: '3'},
    rate: {type: 'string', default: '500'},
    clients: {type: 'string', default: '8'},
    rows: {type: 'string', default: '200000'},
    only: {type: 'string'},
    engine: {type: 'string', default: 'postgres'},
    json: {type: 'boolean', default: false},
  },
});
const say = (text: string) => process.stderr.write(`${(performance.now() / 1000).toFixed(1).padStart(7)} s  ${text}\n`);

type Row = {readonly operation: string} & Readonly<Record<'everyday' | 'expand' | 'backfill' | 'contract' | 'longest', number>>;

const [lying, clients] = [Number(flags.rows), Number(flags.clients)];
const {engine} = flags;
const server = await (engine === 'mysql' || engine === 'mariadb' ? startMysqlOf(engine, lying, clients) : startPostgres(lying, clients));
const stop = () => void server.stop().then(() => process.exit(1));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
try {
  const rows: Row[] = [];
  const wrong: string[] = [];
  for (const one of server.cases.filter(({name}) => flags.only === undefined || name === flags.only)) {
    const changes = await roundsOf(one);
    wrong.push(...changes.flatMap(({failed}) => failed.map((why) => `${one.name}: ${why}`)));
    rows.push(rowOf(one, changes));
  }
  process.stdout.write(flags.json ? `${JSON.stringify({schemaVersion: 1, rows, wrong})}\n` : text(rows, wrong));
  if (wrong.length) process.exitCode = 1;
} finally {
  await server.stop();
}

async function roundsOf(one: Case): Promise<Change[]> {
  const changes: Change[] = [];
  for (let round = 1; round <= Number(flags.rounds); round++) {
    const change = await changeOnce(server, one, Number(flags.rate));
    say(
      `${one.name}, round ${round}: longest wait ${Math.max(...Object.values(change.waits)).toFixed(0)} ms in ${change.seconds.toFixed(0)} s`,
    );
    changes.push(change);
  }
  return changes;
}

/** Medians over the rounds; `longest` is the worst of all. */
function rowOf({name}: Case, changes: readonly Change[]): Row {
  const of = (phase: keyof Change['waits']) => median(changes.map(({waits}) => waits[phase]));
  const longest = Math.max(...changes.map(({waits: {expand, backfill, contract}}) => Math.max(expand, backfill, contract)));
  return {operation: name, everyday: of('everyday'), expand: of('expand'), backfill: of('backfill'), contract: of('contract'), longest};
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function text(rows: readonly Row[], wrong: readonly string[]): string {
  const lines = rows.map(
    ({operation, ...ms}) =>
      `| \`${operation}\` | ${Object.values(ms)
        .map((one) => one.toFixed(0))
        .join(' | ')} |`,
  );
  return [
    '| longest wait of a write, ms | everyday | expand, sync | backfill | contract | worst of all rounds |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
    '',
    wrong.length ? wrong.join('\n') : 'no write failed, none is lost',
    '',
  ].join('\n');
}
