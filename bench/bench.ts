/**
 * `npm run bench -- [--quick] [--json]`, or `--huge [--rows N] [--kill]` (see `huge.ts`): load, apply, verify and stall beside the tools people use today, on two servers
 * that it starts itself. Ways take turns within one run; the numbers are of this machine and this moment, and nothing is
 * asserted. Compare within one table only.
 */
import {parseArgs} from 'node:util';
import {benchPlan, type CrossfadeRun, runUntil} from './crossfade-run.ts';
import {change, databaseUrl, FULL, QUICK, Servers, type Sizes} from './databases.ts';
import {HUGE, huge} from './huge.ts';
import {inTurns, type Measured, seconds, tableOf, type Way} from './measurement.ts';
import {NativeReplication} from './native-replication.ts';
import {hashBoth, pgcopydb, psqlToPsql, versionOf} from './programs.ts';
import {crossfadeStall, nativeStall} from './stall.ts';

const RATIO =
  'ratio: median of the other over that of crossfade; above 1 crossfade was quicker. native has no fence, no watchdog and no way back.';

const {values: flags} = parseArgs({
  options: {
    quick: {type: 'boolean', default: false},
    json: {type: 'boolean', default: false},
    huge: {type: 'boolean', default: false},
    kill: {type: 'boolean', default: false},
    rows: {type: 'string'},
  },
});
const sizes = flags.quick ? QUICK : FULL;
const programs = {psql: versionOf('psql'), pgcopydb: versionOf('pgcopydb')};
const say = (text: string) => process.stderr.write(`${(performance.now() / 1000).toFixed(1).padStart(7)} s  ${text}\n`);

if (flags.huge) {
  const measured = await huge({...HUGE, isKilled: flags.kill, ...(flags.rows === undefined ? {} : {rows: Number(flags.rows)})}, say);
  process.stdout.write(`${JSON.stringify(measured)}\n`);
  process.exit();
}

const servers = await Servers.start();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void servers.stop().then(() => process.exit(1)));
try {
  const measured = await measure(sizes);
  const notes = missing();
  if (flags.json) process.stdout.write(`${JSON.stringify({schemaVersion: 1, sizes, programs, missing: notes, measured})}\n`);
  else process.stdout.write(`\n${tableOf(measured)}\n\n${[...notes, RATIO].join('\n')}\n`);
} finally {
  await servers.stop();
}

async function measure({rows, changes, rounds, stallRounds, tps}: Sizes): Promise<Measured[]> {
  say(`filling ${rows.toLocaleString('en')} rows`);
  await servers.fillTemplate(rows);
  const times = {load: {}, verify: {}, apply: {}, stall: {}} satisfies Record<string, Record<string, number[]>>;
  for (let round = 0; round < rounds; round++) await roundOf(round, {rows, changes}, times);
  for (let round = 0; round < stallRounds; round++) await stallRound(round, tps, times.stall);
  return [
    {what: `load ${rows} rows`, unit: 's', ways: times.load},
    {what: `verify ${rows} rows`, unit: 's', ways: times.verify},
    {what: `apply ${changes} changes`, unit: 's', ways: times.apply},
    {what: `stall at ${tps} tx/s`, unit: 'ms', ways: times.stall},
  ];
}

type Times = Readonly<Record<'load' | 'verify' | 'apply', Record<string, number[]>>>;

async function roundOf(round: number, {rows, changes}: {readonly rows: number; readonly changes: number}, times: Times): Promise<void> {
  const names = {source: `source${round}`, crossfade: `crossfade${round}`, native: `native${round}`};
  const source = await servers.newSource(names.source);
  const target = await servers.newTarget(names.crossfade);
  await servers.newTarget(names.native);
  const native = await NativeReplication.prepare(servers, names.source, names.native);
  const runs: CrossfadeRun[] = [];
  const load = async () => {
    const run = await runUntil('cutover', benchPlan(names.crossfade, source, target, false));
    runs.push(run);
    (times.verify['crossfade'] ??= []).push(run.phaseSeconds('verify-data'));
    return run.phaseSeconds('initial-load');
  };
  await inTurns(
    [{name: 'crossfade', run: load}, ...programWays(round, source), {name: 'native', run: () => seconds(() => native.load())}],
    round,
    times.load,
  );
  if (programs.psql)
    (times.verify['one hash each'] ??= []).push(await seconds(() => hashBoth(source, databaseUrl(servers.target, names.native))));
  await native.pause();
  say(`round ${round + 1}: loaded and compared; ${changes.toLocaleString('en')} changes`);
  await change(source, rows, changes, round);
  const apply = async () => seconds(async () => runs[0]?.applyBacklog());
  await inTurns(
    [
      {name: 'crossfade', run: apply},
      {name: 'native', run: () => seconds(() => native.applyBacklog())},
    ],
    round,
    times.apply,
  );
  await native.drop();
  await runs[0]?.close();
}

/** Each into a database of its own. */
function programWays(round: number, source: string): Way[] {
  const way = (name: string, load: typeof psqlToPsql): Way => ({
    name,
    run: async () => {
      const target = await servers.newTarget(`${load.name.toLowerCase()}${round}`);
      return seconds(() => load(source, target));
    },
  });
  return [...(programs.psql ? [way('psql | psql', psqlToPsql)] : []), ...(programs.pgcopydb ? [way('pgcopydb', pgcopydb)] : [])];
}

/** A small table: what is measured is the protocol, not the copy. */
async function stallRound(round: number, tps: number, times: Record<string, number[]>): Promise<void> {
  const way = (name: string, stall: typeof crossfadeStall): Way => ({
    name,
    run: async () => {
      const [source, target] = [`${name}_stall_source${round}`, `${name}_stall${round}`];
      await servers.newSource(source, 'template1');
      await servers.makeItem(source);
      await servers.newTarget(target);
      return stall(servers, source, target, tps);
    },
  });
  await inTurns([way('crossfade', crossfadeStall), way('native', nativeStall)], round, times);
  say(`stall, round ${round + 1}`);
}

function missing(): string[] {
  return Object.entries(programs).flatMap(([name, version]) =>
    version === undefined ? [`${name} is not installed, so there is no line for it`] : [],
  );
}
