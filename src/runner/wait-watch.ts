/**
 * The looker: what holds our statements up on either side, how far a build of an index is, and how much of the log is
 * still to be applied. It only asks and tells; what people see of it goes through telemetry, in one place for all steps.
 */
import type {Blocking, Database, Engine, IndexBuild, Look, StatementWait, Withheld} from '../engine/engine.ts';
import {origin, type Side} from '../model/side.ts';
import type {PhaseContext} from '../phase/phase.ts';
import type {Telemetry, Wait} from '../telemetry/telemetry.ts';
import {errorText} from '../model/errors.ts';

const LOOK_MS = 1000;
/** Shorter waits are how databases work. */
const WAITED_MS_MIN = 2000;
/** Of those in the way; a person begins with the first. */
const NAMED_MAX = 3;

export type Watched = Pick<PhaseContext, 'source' | 'target' | 'replication' | 'telemetry' | 'clock'> & {
  readonly engines: Readonly<Record<Side, Pick<Engine, 'bytesBetween'>>>;
};

/** Ends with `signal`. A side that cannot be asked is itself something that holds the run up, so this never rejects. */
export const watchWaits = async (watched: Watched, signal: AbortSignal): Promise<void> => {
  const {source, target, clock} = watched;
  const sides = [...new Set([source, target])].map((database) => new SideWatch(database, watched));
  while (!signal.aborted) {
    const looks = await Promise.all(sides.map((side) => side.look(signal)));
    if (signal.aborted) return;
    tellBacklog(watched, {source: looks[0], target: looks.at(-1)});
    await clock.sleep(LOOK_MS, signal);
  }
};

class SideWatch {
  readonly #database: Database;
  readonly #telemetry: Telemetry;
  readonly #clock: Watched['clock'];
  #waits = new Set<string>();
  #builds = new Set<string>();
  #silentSince: string | undefined;

  constructor(database: Database, {telemetry, clock}: Watched) {
    this.#database = database;
    this.#telemetry = telemetry;
    this.#clock = clock;
  }

  async look(signal: AbortSignal): Promise<Look | undefined> {
    const {activity, side} = this.#database;
    try {
      const look = await activity?.look();
      this.#silentSince = undefined;
      this.#telemetry.wait(side, undefined);
      if (look) this.#tell(look);
      return look;
    } catch (error) {
      if (!signal.aborted) this.#telemetry.wait(side, this.#silent(error));
      return undefined;
    }
  }

  #tell({waits, builds, withheld}: Look): void {
    const {side} = this.#database;
    const now = this.#clock.now();
    const long = waits.filter(({waitedMs}) => waitedMs >= WAITED_MS_MIN);
    const waiting = new Map(long.map((wait) => [`${side} ${wait.purpose}`, waitOf(wait, side, now)]));
    if (withheld && withheld.waitedMs >= WAITED_MS_MIN) waiting.set(`${side} standby`, withheldWait(withheld, side, now));
    for (const key of this.#waits) if (!waiting.has(key)) this.#telemetry.wait(key, undefined);
    for (const [key, wait] of waiting) {
      if (!this.#waits.has(key)) this.#telemetry.note(`${wait.cause}; to end it, ${wait.next.command}`);
      this.#telemetry.wait(key, wait);
    }
    this.#waits = new Set(waiting.keys());
    const building = new Map(builds.map((build) => [`${side} ${build.table}`, buildWords(build, side)]));
    for (const key of this.#builds) if (!building.has(key)) this.#telemetry.work(key, undefined);
    for (const [key, words] of building) this.#telemetry.work(key, words);
    this.#builds = new Set(building.keys());
  }

  #silent(error: unknown): Wait {
    const {side} = this.#database;
    this.#silentSince ??= this.#clock.now().toISOString();
    return {
      cause: `the ${side} cannot be asked: ${errorText(error)}`,
      since: this.#silentSince,
      owner: `whoever runs the ${side}'s server; it is asked again each second`,
      next: {command: 'crossfade doctor PLAN', why: 'says what of the server answers'},
    };
  }
}

const tellBacklog = ({replication, engines, telemetry}: Watched, looks: Readonly<Record<Side, Look | undefined>>): void => {
  for (const direction of ['forward', 'reverse'] as const) {
    const link = replication.link(direction);
    const [look, engine] = [looks[origin(direction)], engines[origin(direction)]];
    if (link?.mode !== 'apply' || !link.applied || !look || !engine.bytesBetween) continue;
    telemetry.gauge('backlogBytes', engine.bytesBetween(link.applied, look.position));
  }
};

const waitOf = ({purpose, waitedMs, table, blockers}: StatementWait, side: Side, now: Date): Wait => {
  const [first] = blockers;
  const [named, more] = [blockers.slice(0, NAMED_MAX).map(words), blockers.length - NAMED_MAX];
  const behind = `${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
  return {
    cause: `${doing(purpose)} waits on the ${side}${table === undefined ? '' : ` for a lock on ${table}`}, behind ${behind}`,
    since: new Date(now.getTime() - waitedMs).toISOString(),
    owner: `whoever runs ${first ? shortWords(first) : 'it'} on the ${side}`,
    next: {
      command: `on the ${side}: ${first?.endedBy ?? 'end it'}`,
      why: 'ends it where its owner cannot; the run goes on by itself then',
    },
  };
};

const withheldWait = ({statements, waitedMs, standbys, endedBy}: Withheld, side: Side, now: Date): Wait => ({
  cause: `${statements === 1 ? 'a commit of ours is' : `${statements} commits of ours are`} done on the ${side} and not answered: it waits for its synchronous standby, as for every commit there (${standbys})`,
  since: new Date(now.getTime() - waitedMs).toISOString(),
  owner: `whoever runs the standbys of the ${side}`,
  next: {
    command: `bring the standby back; or on the ${side}: ${endedBy}`,
    why: 'then commits are answered; without a standby they are on one server only',
  },
});

/** Sessions by their purposes, as the engine names them. */
const doing = (purpose: string): string => {
  const [what = '', which = ''] = purpose.split(' ');
  if (what === 'stream') return 'making the change stream';
  if (what === 'apply') return `the ${which} stream`;
  if (what === 'load') return `chunk ${which} of the copy`;
  if (what === 'fill') return `chunk ${which} of the backfill`;
  if (what === 'schema') return 'a statement of the schema';
  if (what === 'visible') return 'a read that has to see every older transaction';
  return what === 'work' || what === '' ? 'a statement' : `a statement (${purpose})`;
};

const words = (blocking: Blocking): string => {
  const age = blocking.ageMs === undefined ? '' : ` for ${Math.round(blocking.ageMs / 1000)} s`;
  return `${shortWords(blocking)}${blocking.process !== undefined && blocking.state ? `, ${blocking.state}${age}` : age}`;
};

const shortWords = ({process, transaction, role, application}: Blocking): string =>
  process === undefined
    ? `prepared transaction ${transaction || 'of a name that is not shown'}${role && ` of ${role}`}`
    : `process ${process}${role && ` of ${role}`}${application && ` (${application})`}`;

const buildWords = ({table, phase, done, total, unit, ageMs}: IndexBuild, side: Side): string => {
  const share = total > 0 ? `, ${done} of ${total} ${unit} (${Math.floor((100 * Math.min(done, total)) / total)} %)` : '';
  return `an index of ${table} is built on the ${side} for ${Math.round(ageMs / 1000)} s: ${phase}${share}`;
};
