/**
 * Verification that can be trusted: single cells and rows are made wrong behind the stream's back, in every way that has
 * befallen somebody, while the application writes, and each has to be found and named; and two sides that are equal must
 * raise no alarm, under as many writes as the machine can bear. `docs/runbook/differences.md` says more.
 *
 *   npm run campaign -- --seed 1 --corruptions 10000 --passes 200 --clean 50 --budget 8m
 */
import type {Side} from '../../src/model/side.ts';
import {leave} from '../../src/cli/leave.ts';
import {interruption} from '../sweep/interruption.ts';
import {publish} from '../sweep/publish.ts';
import {versionOfProgram} from '../sweep/results.ts';
import {cleanPass} from './clean-pass.ts';
import {campaignFlags, type CampaignFlags} from './flags.ts';
import {pairs} from './pairs.ts';
import {campaignFolder, CampaignResults, type Kept} from './results.ts';
import {seededPass} from './seeded-pass.ts';
import {campaignProof, sumLines} from './sums.ts';
import {type CampaignWorld, openCampaignWorld} from './world.ts';
import {startWriters, type Writers} from './writers.ts';

const SEEDED_WRITES_A_SECOND = 300;
const CLEAN_MS = 60_000;
const CLEAN_WRITES_A_SECOND = 2_000;
/** Of what the machine sustains without us, where that is less. */
const CLEAN_SHARE = 0.6;
const MEASURED_MS = 5_000;
/** Until some have been made. */
const GUESSED_MS = {seeded: 5_000, clean: CLEAN_MS + 5_000};

type Pass = {readonly type: 'seeded' | 'clean'; readonly name: string; readonly number: number; readonly count: number};

if (import.meta.main) leave(await campaign(campaignFlags(process.argv.slice(2))));

async function campaign(flags: CampaignFlags): Promise<number> {
  const results = new CampaignResults(campaignFolder(flags.pair));
  const program = versionOfProgram();
  const {version} = program;
  const all = passesOf(flags);
  const open = all.filter(({name}) => !results.isDone({version, seed: flags.seed, name}));
  if (flags.list) for (const {name} of all) say(`${open.some((one) => one.name === name) ? 'open' : 'made'} ${name}`);
  const estimateMs = open.reduce((sum, {type}) => sum + (results.medianMs(type) ?? GUESSED_MS[type]), 0);
  say(
    `campaign of ${version}, ${flags.pair}, seed ${flags.seed}: ${all.length - open.length} of ${all.length} passes made before; about ` +
      `${minutes(estimateMs)} for the rest, ${minutes(flags.budgetMs)} allowed`,
  );
  if (flags.list) return 0;
  const bad = open.length ? await makeAll(open, flags, results, version) : 0;
  const own = results.of(version);
  for (const line of sumLines(own)) say(line);
  if (flags.publish)
    publish('campaign', campaignProof(own, version, flags.pair), program, own.filter(({words}) => words.length > 0).length);
  return bad === 0 ? 0 : 1;
}

/** As even as can be, the clean ones among the others; the number of corruptions is in the name, because it is part of what was proven. */
function passesOf({corruptions, passes, clean}: CampaignFlags): readonly Pass[] {
  const count = (i: number): number => Math.floor(corruptions / passes) + (i < corruptions % passes ? 1 : 0);
  const seeded = (i: number): Pass => ({type: 'seeded', name: `seeded ${i + 1} of ${count(i)}`, number: i + 1, count: count(i)});
  const quiet = (i: number): Pass => ({type: 'clean', name: `clean ${i + 1}`, number: i + 1, count: 0});
  const place = ({type, number}: Pass): number => number / ((type === 'clean' ? clean : passes) + 1);
  return [...Array.from({length: passes}, (_, i) => seeded(i)), ...Array.from({length: clean}, (_, i) => quiet(i))].toSorted(
    (a, b) => place(a) - place(b),
  );
}

/** Answers how many were bad. What a bad pass leaves behind is repaired by it or ends the campaign. */
async function makeAll(
  passes: readonly Pass[],
  {pair, seed, budgetMs}: CampaignFlags,
  results: CampaignResults,
  version: string,
): Promise<number> {
  const giveUpAt = performance.now() + budgetMs;
  const interrupted = interruption();
  await using stack = new AsyncDisposableStack();
  const server = async (side: Side): Promise<string> => {
    const started = await pairs[pair].start[side]();
    stack.defer(() => started.stop());
    return started.url;
  };
  const servers = {pair, source: await server('source'), target: await server('target')};
  const application = {pair, url: servers.source, seed};
  let sustained = 0;
  const before = async (): Promise<void> => {
    await using writers = await startWriters({...application, generation: 0}, 0);
    sustained = await writers.sustained(MEASURED_MS);
  };
  const world = stack.use(await openCampaignWorld({...servers, before}));
  const writesASecond = Math.min(CLEAN_WRITES_A_SECOND, Math.floor(sustained * CLEAN_SHARE));
  say(`this machine sustains ${Math.round(sustained)} writes/s without us; clean passes are made under ${writesASecond}`);
  const writers = stack.use(await startWriters({...application, generation: 1}, SEEDED_WRITES_A_SECOND));
  let bad = 0;
  for (const pass of passes) {
    if (interrupted.aborted || performance.now() >= giveUpAt) break;
    writers.pace(pass.type === 'clean' ? writesASecond : SEEDED_WRITES_A_SECOND);
    const kept = {version, seed, name: pass.name, ...(await make(pass, {world, writers, seed, writesASecond}))} as Kept;
    results.keep(kept);
    say(
      `${kept.name}: ${kept.words.length ? 'BAD' : 'good'}, ${(kept.ms / 1000).toFixed(1)} s, ${kept.rows} rows under ${kept.writes} writes`,
    );
    for (const line of kept.words) say(`    ${line}`);
    if (kept.words.length) bad += 1;
  }
  return bad;
}

type Place = {readonly world: CampaignWorld; readonly writers: Writers; readonly seed: number; readonly writesASecond: number};

async function make({type, number, count}: Pass, {world, writers, seed, writesASecond}: Place) {
  return type === 'clean'
    ? {type, writesASecond, ...(await cleanPass(world, writers, CLEAN_MS))}
    : {type, ...(await seededPass(world, writers, {seed, pass: number, count}))};
}

function minutes(ms: number): string {
  return `${(ms / 60_000).toFixed(1)} min`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
