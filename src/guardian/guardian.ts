/**
 * Watches what a run costs its two servers: the log that is kept for its streams, and the room on their disks. It
 * forecasts until when that lasts, warns ahead, makes work wait, and ends the run before a server stops serving. It also
 * ends a run soon whose tables or publication were changed by somebody. What it does an operator could do as well; nothing
 * about the data rests on it.
 */
import type {Database, Scope} from '../engine/engine.ts';
import {errorText, TerminalError} from '../model/errors.ts';
import type {Clock} from '../model/effects.ts';
import type {Direction, Side} from '../model/side.ts';
import type {Replication} from '../pipeline/replication.ts';
import type {Room, Telemetry} from '../telemetry/telemetry.ts';
import {Heartbeat} from './heartbeat.ts';
import {type Circumstances, judge, type Judgement} from './judgement.ts';
import type {Outlook} from './outlook.ts';
import {Pacing} from './pacing.ts';
import {SideLook} from './side-look.ts';
import {usageOf} from './usage.ts';
import {consequence, endError, type Ending, outlookWords, roomWait, silenceWait} from './words.ts';

/** A slot can be lost, and a small disk be full, soon after it was well. */
const LOOK_EVERY_MS = 5_000;
/** What was seen before that says nothing of now. */
const LOOK_AGE_MS_MAX = 30_000;

export type GuardianOptions = {
  readonly source: Database;
  readonly target: Database;
  readonly replication: Pick<Replication, 'link' | 'stop'>;
  readonly scope: Scope;
  readonly marginMs: number;
  readonly atLimit: Circumstances['atLimit'];
  /** What the plan gives each server, in bytes. */
  readonly disks: Readonly<Record<Side, number | undefined>>;
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, 'note' | 'wait' | 'room' | 'usage'>;
};

type Found = {readonly side: SideLook; readonly outlook: Outlook; readonly words: string; readonly judgement: Judgement};

export class Guardian {
  readonly pacing = new Pacing();
  /** Rejects when the run has to end before a server does. */
  readonly failed: Promise<never>;
  readonly #options: GuardianOptions;
  readonly #sides: readonly SideLook[];
  readonly #beats: Readonly<Record<Direction, Heartbeat>>;
  readonly #told = new Map<string, string>();
  readonly #stop = new AbortController();
  #fail: (error: unknown) => void = () => {};
  #trouble: string | undefined = 'nobody has looked yet';
  #found: readonly Found[] = [];
  #lookedMs = 0;
  /** RFC 3339 UTC. */
  #heldSince: string | undefined;
  #silentSince: string | undefined;

  constructor(options: GuardianOptions) {
    const {source, target, clock, disks} = options;
    this.#options = options;
    this.#sides = (source === target ? [source] : [source, target]).map((one) => new SideLook(one, clock, disks[one.side]));
    this.#beats = {forward: new Heartbeat(clock), reverse: new Heartbeat(clock)};
    this.failed = new Promise<never>((_, reject) => (this.#fail = reject));
    this.failed.catch(() => undefined); // raced by the runner
  }

  /** Until `signal`, or `stop`. */
  start(signal: AbortSignal): void {
    void this.#repeat(AbortSignal.any([signal, this.#stop.signal]));
  }

  stop(): void {
    this.#stop.abort();
  }

  /** As of the last look; throws why there is none, or none that is new enough. */
  outlooks(): readonly {readonly outlook: Outlook; readonly words: string}[] {
    if (this.#trouble !== undefined) throw new Error(`the room on the servers is not known: ${this.#trouble}`);
    const ageMs = this.#options.clock.monotonicMs() - this.#lookedMs;
    if (ageMs > LOOK_AGE_MS_MAX)
      throw new Error(
        `the room on the servers is not known: it was last seen ${Math.round(ageMs / 1000)} s ago, and the next look has no answer yet`,
      );
    return this.#found;
  }

  /** A look that fails is said and made again: a lost connection that matters ends the run elsewhere. */
  async #repeat(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await this.#look().then(
        () => (this.#trouble = undefined),
        (error: unknown) => stop.aborted || this.#failedLook(error),
      );
      await this.#options.clock.sleep(LOOK_EVERY_MS, stop);
    }
  }

  #failedLook(error: unknown): void {
    const trouble = errorText(error);
    if (this.#trouble !== trouble) this.#options.telemetry.note(`the room on the servers is not known: ${trouble}`);
    this.#trouble = trouble;
  }

  async #look(): Promise<void> {
    for (const side of this.#sides) await side.look();
    for (const side of this.#sides) await this.#requireSchema(side);
    this.#found = this.#sides.flatMap((side) => this.#judged(side));
    this.#lookedMs = this.#options.clock.monotonicMs();
    for (const found of this.#found) this.#tell(found);
    this.#options.telemetry.room(this.#found.map(({side, outlook}) => roomOf(side.side, outlook)));
    this.#options.telemetry.usage(await usageOf(this.#sides.map(({database}) => database)));
    this.#tellSilence();
    this.#tellWait(this.#found.find(({judgement}) => judgement === 'hold'));
    const is = (...wanted: readonly Judgement[]): boolean => this.#found.some(({judgement}) => wanted.includes(judgement));
    this.pacing.holds = {copy: is('hold'), verify: is('ease', 'hold')};
    const ending = this.#found.find(({judgement}) => judgement === 'drop') ?? this.#found.find(({judgement}) => isEnding(judgement));
    if (ending) await this.#end(ending);
    else await this.#beat();
  }

  /** The stream itself says nothing of a table that was taken out of it; a closed side may get new tables. */
  async #requireSchema({database, direction}: SideLook): Promise<void> {
    const isWatched = direction === 'forward' && this.#options.replication.link(direction)?.mode !== 'drop';
    try {
      await database.source.probeSchema(direction, isWatched ? this.#options.scope : undefined);
    } catch (error) {
      if (!(error instanceof TerminalError)) throw error;
      this.stop();
      this.#fail(error);
    }
  }

  #judged(side: SideLook): readonly Found[] {
    const {replication, atLimit, marginMs} = this.#options;
    // Before there is a stream nothing is written; what is too small then is refused by `assess`, with its numbers.
    const hasStream = this.#sides.some((other) => other !== side && other.last?.kept);
    const circumstances: Circumstances = {
      receives: hasStream && (side.side === 'source') === (replication.link('reverse')?.mode === 'apply'),
      isRead: replication.link(side.direction) !== undefined,
      kept: side.last?.kept,
      atLimit,
    };
    return side
      .outlooks(marginMs)
      .map((outlook) => ({side, outlook, words: outlookWords(side.side, outlook), judgement: judge(outlook, circumstances)}));
  }

  /** Once for each change, not with every look. */
  #tell({side, outlook, words, judgement}: Found): void {
    const key = `${side.side} ${outlook.kind} ${outlook.what}`;
    const state = outlook.level === 'well' ? 'well' : `${outlook.level} ${judgement}`;
    if (state !== (this.#told.get(key) ?? 'well')) this.#options.telemetry.note(`${words}${consequence(judgement)}`);
    this.#told.set(key, state);
  }

  #tellWait(held: Found | undefined): void {
    const {clock, telemetry} = this.#options;
    this.#heldSince = held && (this.#heldSince ?? clock.now().toISOString());
    telemetry.wait('room', held && this.#heldSince !== undefined ? roomWait(held.side.side, held.words, this.#heldSince) : undefined);
  }

  #tellSilence(): void {
    const {clock, telemetry} = this.#options;
    const look = this.#sides.map(({last}) => last).find((one) => one?.relayed?.silence !== undefined);
    const silence = look?.relayed?.silence;
    this.#silentSince = silence === undefined ? undefined : (this.#silentSince ?? clock.now().toISOString());
    const since = this.#silentSince;
    telemetry.wait('relay', silence !== undefined && since !== undefined ? silenceWait(silence, look?.kept?.keptBytes, since) : undefined);
  }

  async #end({side, words, judgement}: Found): Promise<void> {
    if (!isEnding(judgement)) return;
    this.stop();
    if (judgement === 'drop') {
      await this.#options.replication.stop(side.direction);
      await side.database.source.dropStream(side.direction);
    }
    this.#fail(endError(judgement, side.side, words));
  }

  async #beat(): Promise<void> {
    for (const {direction, database} of this.#sides) {
      const link = this.#options.replication.link(direction);
      if (link) await this.#beats[direction].beat(link.applied, database.source);
    }
  }
}

const isEnding = (judgement: Judgement): judgement is Ending =>
  judgement === 'drop' || judgement === 'stop for the disk' || judgement === 'stop for the slot';

const roomOf = (side: Side, {kind, what, leftBytes, totalBytes, lastsMs}: Outlook): Room => ({
  ...{side, kind, what},
  ...(kind === 'age' ? {} : {leftBytes, leftShare: totalBytes > 0 ? leftBytes / totalBytes : 0}),
  ...(lastsMs === undefined ? {} : {lastsMs}),
});
