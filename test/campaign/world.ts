/**
 * Two databases with the product's own copy, stream, comparison and repair between them, as a runner at the gate has
 * them, and without a run around it: a pass takes seconds.
 */
import {verifyNow} from '../../src/cli/verify-now.ts';
import type {JournalFact} from '../../src/journal/journal.ts';
import {migrationMapping} from '../../src/mapping/migration-mapping.ts';
import type {Direction} from '../../src/model/side.ts';
import {StandingVerification} from '../../src/phase/standing-verification.ts';
import {copyChunks} from '../../src/pipeline/copier.ts';
import {InProcessReplication} from '../../src/pipeline/in-process-replication.ts';
import type {Link} from '../../src/pipeline/replication.ts';
import {silentTelemetry} from '../../src/telemetry/telemetry.ts';
import type {Throttle} from '../../src/throttle/throttle.ts';
import {checksum} from '../../src/verify/checksum.ts';
import type {Verifier} from '../../src/verify/verifier.ts';
import {realEffects} from '../support/effects.ts';
import {noFunction} from '../types/type-world.ts';
import type {WorldSide} from '../types/stream-world.ts';
import type {PairName} from './dialects.ts';
import type {CampaignPair, Sides} from './pair.ts';
import {pairs} from './pairs.ts';

const EPOCH = 1;
/** Small tables in many ranges, so that there are many borders. */
export const CHUNK_BYTES = 256 * 1024;
const NEVER = new AbortController().signal;

export type Verified = Extract<JournalFact, {type: 'verified'}>;
export type CampaignWorld = AsyncDisposable &
  Sides & {
    readonly pair: CampaignPair;
    readonly link: Link;
    /** Rejects when the stream has failed. */
    readonly failed: Promise<never>;
    /** The comparison of all rows that an operator asks for, and the repair; `repairing` is told what will be on record. */
    verify(
      asked: {readonly repair: boolean; readonly seeded: readonly string[]},
      repairing?: (fact: JournalFact) => void,
    ): Promise<Verified>;
    /** Milliseconds to wait before each range; nothing is proven by it. */
    restMs: number;
  };

export type CampaignServers = {
  readonly pair: PairName;
  /** Addresses of two empty databases, or of a server of MySQL without one called `camp`. */
  readonly source: string;
  readonly target: string;
  /** What is to be measured on the filled source before anything of ours reads it. */
  readonly before?: () => Promise<void>;
};

/** Both sides are equal and all tables past their window; no comparison has been made. */
export async function openCampaignWorld(servers: CampaignServers): Promise<CampaignWorld> {
  const pair = pairs[servers.pair];
  const {engines} = pair;
  const {source, target} = await pair.open(servers);
  await servers.before?.();
  const effects = realEffects();
  const telemetry = silentTelemetry();
  const shared = {source: source.database, target: target.database, telemetry, effects};
  const replication = new InProcessReplication({...shared, engines});
  const mappings = async (direction: Direction) => {
    const [from, to] = [await tablesOf(source), await tablesOf(target)];
    return migrationMapping({tables: [], allowLoss: false}, noFunction, pair.values).tables(from, to, direction);
  };
  const verifier: Verifier & typeof checksum = {...checksum, verify: (request) => checksum.verify({...request, chunkBytes: CHUNK_BYTES})};
  const pace = {restMs: 0};
  const throttle: Throttle = {
    rest: (_work, _lastMs, clock, signal) => (pace.restMs > 0 ? clock.sleep(pace.restMs, signal) : Promise.resolve()),
    parallel: (planned) => planned,
  };
  const plan = {plan: {load: {parallel: 2, chunkBytes: CHUNK_BYTES}}};
  const parts = {...shared, mappings, verifier, engines, plan, replication, throttle, clock: effects.clock};
  const context = {...parts, verification: new StandingVerification(parts as unknown as StandingContext)} as unknown as VerifyContext;
  await copyAll({source, target, mappings: await mappings('forward'), telemetry});
  const link = await replication.ensure('forward', 'apply', await mappings('forward'), EPOCH);
  await Promise.race([link.untilStrict(NEVER), replication.failed]);
  return {
    pair,
    source,
    target,
    link,
    failed: replication.failed,
    get restMs() {
      return pace.restMs;
    },
    set restMs(ms) {
      pace.restMs = ms;
    },
    verify: (asked, repairing) => verifyNow(context, asked, async (fact) => repairing?.(fact), NEVER),
    async [Symbol.asyncDispose]() {
      await replication.close();
      await source.database.source.dropStream('forward');
      await Promise.all([source.close(), target.close()]);
    },
  };
}

/** What is left out of them is asked by phases only. */
type StandingContext = ConstructorParameters<typeof StandingVerification>[0];
type VerifyContext = Parameters<typeof verifyNow>[0];

const tablesOf = (side: WorldSide) => side.database.catalog.tables({tables: ['camp.*'], exclude: []});

type CopyRequest = Parameters<typeof copyChunks>[0];

async function copyAll(request: {
  readonly source: WorldSide;
  readonly target: WorldSide;
  readonly mappings: CopyRequest['mappings'];
  readonly telemetry: CopyRequest['telemetry'];
}): Promise<void> {
  const {source, target, mappings, telemetry} = request;
  const sending = mappings.map((one) => one.from);
  const position = await source.database.source.createStream('forward', sending, NEVER);
  await target.database.target.setProgress('forward', position, EPOCH);
  const planned = [];
  for (const {from, to} of mappings)
    for (const range of await source.database.source.planRanges(from, CHUNK_BYTES)) planned.push({table: to.name, range});
  const chunks = await target.database.target.planChunks(planned, EPOCH);
  const copy = {from: source.database, to: target.database, mappings, chunks, epoch: EPOCH, parallel: () => 2, telemetry};
  await copyChunks({...copy, lane: () => (piece) => piece(), signal: NEVER});
}
