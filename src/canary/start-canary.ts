import type {CanaryToken} from '../model/canary-token.ts';
import type {Clock} from '../model/effects.ts';
import {errorText, TerminalError} from '../model/errors.ts';
import {opposite, type Side} from '../model/side.ts';
import {within} from '../model/time-limit.ts';
import type {ApplicationPath} from '../switch/traffic-switch.ts';
import {account, faults} from './account.ts';
import type {Account, Canary, CanaryFailure, CanaryReport, CanaryRequest, PathReport} from './canary.ts';
import {TokenWriter} from './token-writer.ts';
import {waitsOf} from './waits.ts';

/** Who is there, and then a first token along every path; nothing is held meanwhile. Whoever goes back does not wait long for it. */
const START_MS_MAX = {strict: 10_000, lenient: 2_000};
/** C12: clients that are not served by then are not going to be by themselves. */
const REACH_MS_MAX = 10_000;
/** A server that was killed is up again within seconds, and its tokens are there as before. */
export const ASK_AGAIN_MS = 250;

/**
 * Resolves when each path has written a token and read it back, and that token is on the side that serves. Otherwise
 * CF-CANARY-003, unless that need not be: called before the hold, so nothing has to be taken back.
 */
export const startCanary = async (request: CanaryRequest): Promise<Canary> => {
  const {paths, migration, attempt, effects} = request;
  const limitMs = START_MS_MAX[request.mustReach ? 'strict' : 'lenient'];
  const writers = paths.map((path, index) => new TokenWriter({path, client: index + 1, migration, attempt, effects}));
  try {
    const canary = new RunningCanary(request, writers, await allow(request, limitMs));
    for (const writer of writers) writer.start();
    const reached = await canary.reach(request.closing, limitMs);
    const missing = writers.filter((_, index) => !reached[index]);
    if (missing.length > 0 && request.mustReach) throw notStarted(missing, request.closing);
    return canary;
  } catch (error) {
    await Promise.all(writers.map((writer) => writer.stop()));
    throw error;
  }
};

/** Who the paths are, and that each of them may write on both sides; answers who they are on the closing one. */
const allow = async ({paths, tables, closing, effects}: CanaryRequest, limitMs: number): Promise<readonly string[]> => {
  const known: string[] = [];
  for (const roles of await Promise.all(paths.map((path) => rolesOf(path, effects.clock, limitMs)))) {
    for (const side of ['source', 'target'] as const) await tables[side].allow(roles[side]);
    known.push(roles[closing]);
  }
  return known;
};

/** A pooler that has lost its server takes a statement and never answers it. */
const rolesOf = async (path: ApplicationPath, clock: Clock, limitMs: number): Promise<Readonly<Record<Side, string>>> => {
  const roles = await within(clock, limitMs, path.roles()).catch((error: unknown) =>
    Promise.reject(unusable(path, errorText(error), error)),
  );
  if (roles === 'late') throw unusable(path, `no answer within ${limitMs} ms`);
  return roles;
};

const unusable = ({name}: ApplicationPath, reason: string, cause?: unknown): TerminalError =>
  new TerminalError(`the canary's path ${name} cannot be used: ${reason}`, {
    code: 'CF-CANARY-003',
    next: 'correct the address or the role under `canary` in the plan; nothing was held',
    cause,
  });

class RunningCanary implements Canary {
  readonly #request: CanaryRequest;
  readonly #writers: readonly TokenWriter[];
  readonly #roles: readonly string[];

  constructor(request: CanaryRequest, writers: readonly TokenWriter[], roles: readonly string[]) {
    this.#request = request;
    this.#writers = writers;
    this.#roles = roles;
  }

  async settle(serving: Side, decided: boolean): Promise<CanaryReport> {
    for (const writer of this.#writers) writer.late();
    const reach = await this.#patiently(() => this.reach(serving, REACH_MS_MAX));
    await this.close();
    const reached = 'reason' in reach ? [] : reach;
    const paths = this.#writers.map((writer, index) => reportOf(writer, this.#roles[index] ?? '', reached[index] ?? false));
    const sums = 'reason' in reach ? reach : await this.#patiently(() => this.#account(decided));
    const measured = {paths, stallMs: Math.max(...paths.map((path) => path.stallMs))};
    if ('reason' in sums) return {...measured, failure: {code: 'CF-CANARY-002', reason: `the tokens could not be counted: ${sums.reason}`}};
    const failure = failureOf(sums, paths, serving);
    return {...sums, ...measured, ...(failure ? {failure} : {})};
  }

  /** A side that could not be read is told in the report: nothing is known, so nothing else is said. */
  async #patiently<T>(question: () => Promise<T>): Promise<T | {readonly reason: string}> {
    const {clock} = this.#request.effects;
    const giveUpAt = clock.monotonicMs() + REACH_MS_MAX;
    for (;;) {
      try {
        return await question();
      } catch (error) {
        if (clock.monotonicMs() >= giveUpAt) return {reason: errorText(error)};
      }
      await clock.sleep(ASK_AGAIN_MS);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#writers.map((writer) => writer.stop()));
  }

  /** Of each path, whether a token that is begun now comes back along it and is on that side, within the limit. */
  async reach(side: Side, limitMs: number): Promise<readonly boolean[]> {
    const over = new AbortController();
    const late = this.#request.effects.clock.sleep(limitMs, over.signal).then(() => {
      over.abort();
      return false;
    });
    try {
      return await Promise.all(this.#writers.map((writer) => Promise.race([this.#reaches(writer, side, over.signal), late])));
    } finally {
      over.abort();
    }
  }

  async #reaches(writer: TokenWriter, side: Side, signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      const token = await writer.proof();
      if (has(await this.#request.tables[side].tokens(this.#request.attempt), token)) return true;
    }
    return false;
  }

  async #account(decided: boolean): Promise<Account> {
    const {tables, attempt, closing} = this.#request;
    const [source, target] = await Promise.all([tables.source.tokens(attempt), tables.target.tokens(attempt)]);
    return account({written: this.#writers.flatMap(({written}) => written), stored: {source, target}, closing, decided});
  }
}

const has = (tokens: readonly CanaryToken[], token: string): boolean => tokens.some((one) => one.token === token);

const reportOf = (writer: TokenWriter, role: string, reached: boolean): PathReport => ({
  path: writer.path.name,
  role,
  tokens: writer.written.filter(({outcome}) => outcome === 'acknowledged').length,
  stallMs: writer.stallMs,
  waits: waitsOf(writer.waitsMs),
  reached,
  ...(writer.lastError === undefined ? {} : {lastError: writer.lastError}),
});

/** What the tokens say counts more than a path that nobody can use. */
const failureOf = (sums: Account, paths: readonly PathReport[], serving: Side): CanaryFailure | undefined => {
  const wrong = faults(sums);
  if (wrong.length > 0) return {code: 'CF-CANARY-002', reason: `of ${sums.tokens} acknowledged tokens: ${wrong.join(', ')}`};
  const stray = paths.filter(({reached}) => !reached);
  if (stray.length === 0) return undefined;
  const words = stray.map(({path, lastError}) => `${path}${lastError === undefined ? '' : ` (${lastError})`}`);
  return {code: 'CF-CANARY-001', reason: `the ${serving} serves and is not reached through ${words.join(', ')}`};
};

const notStarted = (missing: readonly TokenWriter[], side: Side): TerminalError =>
  new TerminalError(
    `no token of the canary came to the ${side} and back: ${missing.map(({path, lastError}) => `${path.name} (${lastError ?? `it leads to the ${opposite(side)}, or nowhere`})`).join(', ')}`,
    {code: 'CF-CANARY-003', next: 'crossfade doctor PLAN says what the path lacks; nothing was held'},
  );
