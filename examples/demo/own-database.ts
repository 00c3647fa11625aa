/**
 * The demo on somebody else's database, which it knows nothing about: every table that has a key.
 *
 * `--schema FILE [--data FILE]`: the files are loaded into the embedded PostgreSQL 17, and moved to 18, back, and
 * forward again while a writer updates rows, with one kill of the runner.
 * `--from URL`: that database is copied to the embedded 18 while it stays in use, compared, and then the migration is
 * aborted, so that it is left as it was found. Nothing is written to its tables.
 */
import {randomBytes} from 'node:crypto';
import {mkdirSync, mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {compareAllRows} from './any-compare.ts';
import {type AnyWriter, grantEverything, startAnyWriter} from './any-writer.ts';
import {chance} from './chance.ts';
import {Crossfade} from './crossfade-process.ts';
import type {DemoFlags} from './demo-flags.ts';
import {type Progress, progress} from './demo-progress.ts';
import {startEmbeddedServer} from './embedded-servers.ts';
import type {TableChecksum} from './fill-checksum.ts';
import {abortRun, complete, letRun, type Operator, plug, switchTo, untilReady} from './operator.ts';
import {APPLICATION_ROLE, applicationUrl, createShopDatabase, withClient} from './shop-database.ts';
import {runSqlFile} from './sql-file.ts';

const PLAN = 'own-database';
/** Writes on the new side before the way back is taken. */
const STAY_MS = 3000;

export async function demoOfOwnDatabase(flags: DemoFlags, signal: AbortSignal): Promise<number> {
  const shown = progress(process.stderr, performance.now());
  await using closing = new AsyncDisposableStack();
  const evidence = mkdtempSync(join(tmpdir(), 'crossfade-demo-'));
  shown.say(`seed ${flags.seed}; evidence in ${evidence}`);
  const target = await startSide(18, closing);
  const source = flags.from === undefined ? await startSide(17, closing) : {url: flags.from, applicationUrl: ''};
  if (flags.schema !== undefined) await loadFiles(source.url, [flags.schema, ...(flags.data === undefined ? [] : [flags.data])]);
  const crossfade = prepare(evidence, source.url, target.url);
  closing.defer(() => crossfade.stop());
  const plan = join(evidence, 'plan.yaml');
  const refusals = await refusalsOf(crossfade, plan);
  if (refusals.length) return tellRefusals(refusals, flags);
  const addresses = {source: source.applicationUrl, target: target.applicationUrl};
  const writer = flags.from === undefined ? await startAnyWriter(addresses, PLAN, flags) : undefined;
  closing.defer(async () => writer?.stop());
  crossfade.start('run', plan);
  const operator = newOperator(
    crossfade,
    flags,
    {...shown, show: (status) => shown.show(status, writer ? writer.report() : 'an application that the demo does not know')},
    signal,
  );
  const outcome = writer ? await backAndForth(operator, writer, {source, target}) : await copyAndLeave(operator, source.url);
  shown.end();
  return tell(outcome, flags);
}

type Side = {readonly url: string; readonly applicationUrl: string};
type Outcome = {
  /** What the comparisons said, in words. */
  readonly rows: string;
  readonly rowsAreEqual: boolean;
  readonly schema: string;
  readonly schemaIsEqual: boolean;
  readonly words: string;
  readonly updates?: number;
  readonly leftBehind?: number;
};

async function startSide(version: 17 | 18, closing: AsyncDisposableStack): Promise<Side> {
  const server = await startEmbeddedServer({version});
  closing.defer(() => server.stop());
  const password = randomBytes(12).toString('hex');
  const url = await createShopDatabase(server.url, password);
  return {url, applicationUrl: applicationUrl(url, password)};
}

async function loadFiles(url: string, files: readonly string[]): Promise<void> {
  await withClient(url, async (client) => {
    for (const file of files) await runSqlFile(client, file);
    await client.query('ANALYZE');
  });
  await grantEverything(url, APPLICATION_ROLE);
}

/** JSON is YAML; the schema is left to Crossfade, which is the default. */
function prepare(evidence: string, source: string, target: string): Crossfade {
  const plan = {
    name: PLAN,
    workflow: 'live-migration',
    source: {engine: 'postgres', url: 'env:CROSSFADE_DEMO_SOURCE'},
    target: {engine: 'postgres', url: 'env:CROSSFADE_DEMO_TARGET'},
    scope: {tables: ['*.*']},
    gates: {cutover: ['replication-lag', 'checksum-match', 'schema-match', 'approval']},
    approval: {quorum: 1, starterMay: true},
    reverse: {window: '10s'},
  };
  writeFileSync(join(evidence, 'plan.yaml'), JSON.stringify(plan, null, 2));
  mkdirSync(join(evidence, 'state'));
  return new Crossfade({
    state: join(evidence, 'state'),
    evidence,
    environment: {CROSSFADE_DEMO_SOURCE: source, CROSSFADE_DEMO_TARGET: target},
  });
}

type PlanFinding = {readonly severity: string; readonly object: string; readonly reason: string; readonly next: string};

/** Everything at once, before anything is done. A command that failed without looking says why in its own words. */
async function refusalsOf(crossfade: Crossfade, plan: string): Promise<string[]> {
  const {code, output, error} = await crossfade.command('plan', plan, '--json');
  if (code === 0) return [];
  const {findings} = (output.startsWith('{') ? JSON.parse(output) : {}) as {findings?: readonly PlanFinding[]};
  if (!findings) return [error.trim() || output.trim()];
  return findings.filter(({severity}) => severity === 'refuse').map(({object, reason, next}) => `${object}: ${reason}\n    → ${next}`);
}

function tellRefusals(refusals: readonly string[], {json}: DemoFlags): number {
  process.stderr.write(`This database cannot be moved as it is; nothing was done:\n${refusals.map((one) => `  ${one}\n`).join('')}`);
  if (json) process.stdout.write(`${JSON.stringify({moved: false, refusals})}\n`);
  return 1;
}

const newOperator = (
  crossfade: Crossfade,
  {seed}: DemoFlags,
  {say, show}: Pick<Progress, 'say'> & Pick<Operator, 'show'>,
  signal: AbortSignal,
): Operator => ({
  crossfade,
  plan: PLAN,
  plug: plug(chance(seed)),
  say,
  show,
  signal,
});

async function backAndForth(operator: Operator, writer: AnyWriter, {source, target}: {source: Side; target: Side}): Promise<Outcome> {
  for (const side of ['target', 'source', 'target'] as const) {
    await switchTo(operator, side);
    operator.say(`the ${side} takes the writes`);
    await letRun(operator, STAY_MS);
  }
  await writer.stop();
  const outcome = await compare(operator);
  // Nobody writes any more, so the demo can look by itself as well.
  const own = rowsOf(await compareAllRows(source.url, target.url));
  await complete(operator);
  const {ok, fail, unknown} = writer.report();
  return {
    ...outcome,
    rows: `${outcome.rows}; without Crossfade: ${own.rows}`,
    rowsAreEqual: outcome.rowsAreEqual && own.rowsAreEqual,
    updates: ok,
    words: `moved forward, back and forward; ${ok} updates acknowledged, ${fail} refused, ${unknown} without an answer`,
  };
}

async function copyAndLeave(operator: Operator, source: string): Promise<Outcome> {
  await untilReady(operator);
  const outcome = await compare(operator);
  await abortRun(operator);
  return {...outcome, leftBehind: await tracesOn(source), words: 'copied while in use, compared, and left as it was found'};
}

/** While both sides are in use only a comparison that knows how far the stream is can tell. */
async function compare(operator: Operator): Promise<Outcome> {
  const rows = await operator.crossfade.command('verify');
  const schema = await operator.crossfade.command('verify', '--schema');
  return {
    rows: rows.output.trim() || rows.error.trim(),
    rowsAreEqual: rows.code === 0,
    schema: schema.output.trim(),
    schemaIsEqual: schema.code === 0,
    words: '',
  };
}

function rowsOf(checksums: readonly TableChecksum[]): Pick<Outcome, 'rows' | 'rowsAreEqual'> {
  const differing = checksums.filter(({isEqual}) => !isEqual).map(({table}) => table);
  const count = checksums.reduce((sum, table) => sum + table.rows, 0).toLocaleString('en');
  return {
    rows: differing.length ? `different: ${differing.join(', ')}` : `equal: ${count} rows in ${checksums.length} tables`,
    rowsAreEqual: checksums.length > 0 && !differing.length,
  };
}

const tracesOn = (url: string): Promise<number> =>
  withClient(url, async (client) => {
    const {rows} = await client.query<{traces: number}>(
      `SELECT ((SELECT count(*) FROM pg_namespace WHERE nspname = 'crossfade') + (SELECT count(*) FROM pg_publication WHERE pubname LIKE 'crossfade\\_%') + (SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'crossfade\\_%')
        + (SELECT count(*) FROM pg_event_trigger WHERE evtname LIKE 'crossfade\\_%') + (SELECT count(*) FROM pg_replication_slots WHERE slot_name LIKE 'crossfade\\_%' AND database = current_database()))::float8 AS traces`,
    );
    return rows[0]?.traces ?? 0;
  });

function tell({rows, rowsAreEqual, schema, schemaIsEqual, leftBehind, updates, words}: Outcome, {json}: DemoFlags): number {
  const isGood = rowsAreEqual && schemaIsEqual && !leftBehind;
  const left = leftBehind === undefined ? '' : `\n  left on the source: ${leftBehind || 'nothing'}`;
  process.stderr.write(`${words}\n  rows: ${rows}\n  schema: ${schema}${left}\n`);
  if (json) process.stdout.write(`${JSON.stringify({moved: isGood, rows, schema, updates, leftBehind})}\n`);
  return isGood ? 0 : 1;
}
