/**
 * Routes applications that connect through PgBouncer: PAUSE on every instance at once, the line of the database in the
 * configuration rewritten, RELOAD, RESUME. With transaction pooling clients only wait.
 *
 * Known limits, also in the runbook:
 * - A PAUSE outlives the connection that made it and knows no deadline: the watchdog resumes when the runner cannot.
 *   Nor can a zombie's PAUSE be refused, so somebody compares the switches with the decision until the run is final.
 * - Session pooling waits for clients to leave, so a hold cuts them (KILL). `transparent` is known once `observe` was
 *   asked; before that it is false.
 * - Clients that waited longer than `query_wait_timeout` (120 s unless set) are disconnected.
 * - H-110: PgBouncer from 1.26 on sets parameters that one server reported on the next one, for clients and for new
 *   logins alike, and for ever. Where the next one does not know them (18 to 15: `scram_iterations`), every client
 *   would fail with 08P01 and so would every new login. Nothing forgets them but `KILL`, so then, and only then, the
 *   clients are cut while they are held: statements that wait fail once without having been sent, idle connections
 *   close, new logins work. `foresee` says so before the cutover. Other versions carry on `track_extra_parameters` only.
 * - `config` is the file with the database's line, shared by all instances (`%include`); instances on other machines
 *   need the `command` switch.
 */
import {TerminalError, TransientError} from '../model/errors.ts';
import {opposite, type Side} from '../model/side.ts';
import {onEach, whyUnasked} from './each.ts';
import {PgBouncerAdmin, type PooledDatabase} from './pgbouncer-admin.ts';
import {readAddress} from './pgbouncer-address.ts';
import {PgBouncerFile} from './pgbouncer-file.ts';
import {carriedOver} from './pgbouncer-parameters.ts';
import {SwitchSettings} from './switch-settings.ts';
import type {Observation, ServerAddress, SwitchFactory, SwitchFacts, TrafficSwitch} from './traffic-switch.ts';

export const pgbouncer: SwitchFactory = (settings, facts) => {
  const read = new SwitchSettings('pgbouncer', settings, ['admin', 'database', 'config', 'sourceHost', 'targetHost']);
  const addresses = {source: readAddress('source', read, facts), target: readAddress('target', read, facts)};
  return new PgBouncerSwitch(
    read.texts('admin'),
    read.text('database'),
    new PgBouncerFile(read.text('config'), facts.effects),
    addresses,
    facts,
  );
};

/** Transactions that are longer keep the application waiting behind the PAUSE: then it is better to try again later. */
const HOLD_WAIT_MS_MAX = 1_500;
/** Letting go takes a login and some commands: about twice as long as what is asked before the hold, while clients wait. */
const ASKS_IN_BUDGET = 4;
/** Looks for server logins under way before a PAUSE; each is a round trip. */
const LOGIN_LOOKS_MAX = 20;

class PgBouncerSwitch implements TrafficSwitch {
  readonly name = 'pgbouncer';
  readonly #references: readonly string[];
  readonly #database: string;
  readonly #file: PgBouncerFile;
  readonly #addresses: Readonly<Record<Side, ServerAddress>>;
  readonly #facts: SwitchFacts;
  #urls: readonly string[] | undefined;
  /** Settings the other side reports and that side does not know, once asked; they are asked before the hold. */
  readonly #foreign = new Map<Side, Promise<readonly string[]>>();
  /** What the instances said about their pooling; nothing is promised before they were asked. */
  #isTransparent = false;

  constructor(
    references: readonly string[],
    database: string,
    file: PgBouncerFile,
    addresses: Readonly<Record<Side, ServerAddress>>,
    facts: SwitchFacts,
  ) {
    this.#references = references;
    this.#database = database;
    this.#file = file;
    this.#addresses = addresses;
    this.#facts = facts;
  }

  get transparent(): boolean {
    return this.#isTransparent;
  }

  async observe(): Promise<Observation> {
    const answers = await Promise.allSettled((await this.#instances()).map((url) => this.#at(url, (admin) => this.#asked(admin))));
    const databases = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    const held = databases.some(({paused}) => paused);
    this.#isTransparent = databases.length === answers.length && databases.every(({pooling}) => pooling !== 'session');
    if (databases.length < answers.length) return {side: 'unknown', held, ...whyUnasked(answers)};
    const sides = new Set(databases.map((database) => this.#sideOf(database)));
    const [side = 'neither'] = sides;
    return {side: sides.size === 1 ? side : 'neither', held};
  }

  async foresee(side: Side): Promise<readonly string[]> {
    const foreign = await this.#askForeign(side);
    const carried = foreign.length
      ? new Set((await this.#onEach(async (admin) => carriedOver(await admin.tracking(), foreign))).flat())
      : [];
    return [...carried].map(
      (name) =>
        `PgBouncer carries ${name} over, which the ${side} does not know: its clients are cut once while they are held, and connect again (H-110)`,
    );
  }

  #askForeign(side: Side): Promise<readonly string[]> {
    const asked = this.#foreign.get(side) ?? foreignTo(side, this.#facts);
    this.#foreign.set(side, asked);
    asked.catch(() => this.#foreign.delete(side)); // asked again next time
    return asked;
  }

  async hold({untilMs}: {readonly epoch: number; readonly untilMs: number}): Promise<void> {
    const waitMs = Math.min(untilMs, HOLD_WAIT_MS_MAX);
    // Before the first is paused: one that cannot be asked would keep the clients of the others waiting for nothing.
    await this.#onEach((admin) => this.#askedQuickly(admin, untilMs / ASKS_IN_BUDGET));
    const blockers = await this.#onEach(async (admin) => {
      for (let look = 1; look <= LOGIN_LOOKS_MAX && (await admin.isLoggingIn(this.#database)); look++);
      if (await admin.pause(this.#database, waitMs)) return [];
      const {pooling} = await this.#asked(admin);
      return pooling === 'session' ? admin.kill(this.#database).then(() => []) : this.#blockers(admin);
    });
    if (blockers.flat().length > 0) throw this.#blocked(blockers.flat());
    const held = await this.#onEach((admin) => this.#asked(admin));
    if (held.some(({paused}) => !paused)) throw this.#blocked(['its PAUSE was ended by somebody else']);
  }

  async heldUpBy(): Promise<readonly number[]> {
    return (await this.#onEach((admin) => admin.busy(this.#database))).flat().map(({process}) => process);
  }

  async resume(): Promise<void> {
    await this.#onEach(async (admin) => {
      // RESUME of a database that is not paused is an error.
      if ((await this.#asked(admin)).paused) await admin.resume(this.#database);
    });
  }

  /** Each instance goes its way to the end: one that is down must not keep the clients of the others waiting. */
  async route({side}: {readonly epoch: number; readonly side: Side}): Promise<void> {
    await this.#file.pointTo(this.#database, this.#addresses[side]);
    await this.#onEach(async (admin) => {
      const mustForget = await this.#mustForget(admin, side);
      await admin.command('RELOAD');
      const found = await this.#asked(admin);
      // Before RESUME: what waits must not go to the closed side.
      if (this.#sideOf(found) !== side) throw this.#notRead(side);
      if (mustForget) await admin.kill(this.#database);
      if (found.paused || mustForget) await admin.resume(this.#database);
    });
  }

  /** Once per switch: an instance that leads to that side already, and is not held, is left alone. */
  async #mustForget(admin: PgBouncerAdmin, side: Side): Promise<boolean> {
    // The side that was left may be gone by now, and a route must not fail for it: then clients get their errors one by one.
    const foreign = await this.#askForeign(side).catch(() => []);
    if (foreign.length === 0 || carriedOver(await admin.tracking(), foreign).length === 0) return false;
    const before = await this.#asked(admin);
    return before.paused || this.#sideOf(before) !== side;
  }

  async close(): Promise<void> {}

  async #instances(): Promise<readonly string[]> {
    this.#urls ??= await Promise.all(this.#references.map((reference) => this.#facts.resolveSecret(reference)));
    return this.#urls;
  }

  async #onEach<T>(act: (admin: PgBouncerAdmin) => Promise<T>): Promise<T[]> {
    return onEach(await this.#instances(), (url) => this.#at(url, act));
  }

  async #at<T>(url: string, act: (admin: PgBouncerAdmin) => Promise<T>): Promise<T> {
    const admin = new PgBouncerAdmin(url, this.#facts.effects);
    try {
      return await act(admin);
    } finally {
      await admin.close();
    }
  }

  async #askedQuickly(admin: PgBouncerAdmin, limitMs: number): Promise<void> {
    const {clock} = this.#facts.effects;
    const began = clock.monotonicMs();
    await this.#asked(admin);
    const tookMs = Math.round(clock.monotonicMs() - began);
    if (tookMs <= limitMs) return;
    throw new TransientError(
      `the console of PgBouncer at ${admin.where} took ${tookMs} ms to answer: its clients would be let go too late (at most ${Math.round(limitMs)} ms)`,
      {
        code: 'CF-CUT-001',
        next: 'look at the way to this PgBouncer and at its load, or raise `cutover.stallBudget`: a quarter of it is allowed',
      },
    );
  }

  async #asked(admin: PgBouncerAdmin): Promise<PooledDatabase> {
    const database = await admin.database(this.#database);
    if (database) return database;
    throw new TerminalError(`PgBouncer at ${admin.where} has no database ${this.#database}`, {
      code: 'CF-PLAN-001',
      next: 'correct `database` of the switch in the plan',
    });
  }

  /** Never empty: a PAUSE that did not end is a hold that failed, also when the last blocker has gone by now. */
  async #blockers(admin: PgBouncerAdmin): Promise<readonly string[]> {
    const found = (await admin.busy(this.#database)).map(
      ({user, process, since}) => `user ${user}, server process ${process}, since ${since}`,
    );
    return (found.length > 0 ? found : ['a transaction that has ended by now']).map((blocker) => `${blocker} (${admin.where})`);
  }

  #sideOf({host, port, database}: PooledDatabase): Side | 'neither' {
    const leadsTo = (side: Side): boolean => {
      const address = this.#addresses[side];
      return address.host === host && address.port === port && address.database === database;
    };
    return leadsTo('source') ? 'source' : leadsTo('target') ? 'target' : 'neither';
  }

  #blocked(blockers: readonly string[]): TransientError {
    return new TransientError(`PgBouncer could not hold ${this.#database}: ${blockers.join('; ')}`, {
      code: 'CF-CUT-001',
      next: 'wait for these transactions or end them, then cut over again',
    });
  }

  #notRead(side: Side): TransientError {
    const next = `check that \`config\` of the switch is the file PgBouncer reads, and look for an error in its log`;
    return new TransientError(`PgBouncer read its configuration again, but ${this.#database} does not lead to the ${side}`, {
      code: 'CF-CUT-001',
      next,
    });
  }
}

/** What the other side reports and that side does not know. */
async function foreignTo(side: Side, facts: SwitchFacts): Promise<readonly string[]> {
  const reported = await facts[opposite(side)].parameters?.reported();
  return reported ? ((await facts[side].parameters?.unknown(reported)) ?? []) : [];
}
