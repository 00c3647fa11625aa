/** Reads on the target while the source is open: only what the tokens show to be new enough, and never for longer than a limit. */
import type pg from 'pg';
import {after, monotonicMs} from './clock.ts';
import type {Outbox, Tokens} from './outbox.ts';
import type {PgStatements} from './pg-pool.ts';
import type {SideConnection} from './router-side.ts';

export type TargetAnswer =
  | {readonly kind: 'answered'; readonly answer: pg.QueryResult; readonly ms: number}
  | {readonly kind: 'behind'}
  | {readonly kind: 'failed'};

export type Aside = <R>(act: (connection: SideConnection<PgStatements>) => Promise<R>) => Promise<R>;

export class TargetReads {
  readonly #aside: Aside;
  readonly #outbox: Outbox;
  readonly #msMax: number;

  constructor(aside: Aside, outbox: Outbox, msMax: number) {
    [this.#aside, this.#outbox, this.#msMax] = [aside, outbox, msMax];
  }

  /** Never rejects: whoever asks has another side that answers. */
  async ask(text: string, params: readonly unknown[] | undefined, needed: Tokens): Promise<TargetAnswer> {
    try {
      return await this.#within((connection) => this.#asked(connection, text, params, needed));
    } catch {
      return {kind: 'failed'};
    }
  }

  /** One snapshot for the question of the tokens and for the read, and no way to write. */
  async #asked(
    connection: SideConnection<PgStatements>,
    text: string,
    params: readonly unknown[] | undefined,
    needed: Tokens,
  ): Promise<TargetAnswer> {
    const {query} = connection.statements;
    const began = monotonicMs();
    try {
      const begin = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = ${this.#msMax}; ${this.#outbox.question(needed)}`;
      // Several statements in one message have several answers, of which the driver's type says nothing.
      const answers = (await query(begin)) as unknown as pg.QueryResult<{isThere?: boolean}>[];
      const isThere = answers.at(-1)?.rows[0]?.isThere === true;
      const answer = isThere ? await query(text, params) : undefined;
      const ms = monotonicMs() - began;
      await query('COMMIT');
      return answer ? {kind: 'answered', answer, ms} : {kind: 'behind'};
    } catch (error) {
      connection.isBroken = true;
      throw error;
    }
  }

  /** A server that says nothing at all is not waited for either; its connection is closed whenever it answers. */
  #within(act: (connection: SideConnection<PgStatements>) => Promise<TargetAnswer>): Promise<TargetAnswer> {
    const {promise, resolve} = Promise.withResolvers<TargetAnswer>();
    const cancel = after(this.#msMax, () => resolve({kind: 'failed'}));
    const asked = this.#aside(act).finally(cancel);
    asked.catch(() => undefined); // reported by the race, unless the limit was first
    return Promise.race([asked, promise]);
  }
}
