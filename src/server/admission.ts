/**
 * Who is let in at the API, as what. Whoever asks from this machine may look on without an access token; everything else
 * needs one. Nothing of a token is ever repeated in an answer.
 */
import {type AccessToken, endOf, heldToken} from '../journal/access-token.ts';
import type {JournalStore} from '../journal/journal.ts';
import type {Clock} from '../model/effects.ts';
import {TerminalError} from '../model/errors.ts';
import type {Role} from '../model/person.ts';
import type {ApiCall} from './api-server.ts';
import {CallRate} from './call-rate.ts';

/** `token` absent: somebody of this machine, who looks on. */
export type Caller = {readonly token?: AccessToken};

const CALLS = {burst: 300, perSecond: 5};
const ACTS = {burst: 30, perSecond: 1};
/** As many calls as this costs one with a token that nobody has. */
const WRONG_TOKEN_CALLS = 20;

export class TooManyCalls extends TerminalError {
  readonly retryAfterS: number;

  constructor(who: string, retryAfterS: number) {
    super(`${who} has asked too often`, {code: 'CF-API-003', next: `ask again in ${retryAfterS} s`});
    this.retryAfterS = retryAfterS;
  }
}

export class Admission {
  readonly #store: Pick<JournalStore, 'accessTokens'>;
  readonly #clock: Clock;
  readonly #calls: CallRate;
  readonly #acts: CallRate;

  constructor(store: Pick<JournalStore, 'accessTokens'>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#calls = new CallRate(CALLS, clock);
    this.#acts = new CallRate(ACTS, clock);
  }

  /** Throws CF-API-001 for somebody who is not let in, CF-API-003 for one who asks too often. */
  async admit({address, headers}: Pick<ApiCall, 'address' | 'headers'>): Promise<Caller> {
    within(this.#calls.take(address), address);
    const given = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (given === undefined) {
      if (headers.authorization === undefined && isOfThisMachine(address, headers)) return {};
      throw refused('an access token is needed here', 'send it as Authorization: Bearer TOKEN');
    }
    const token = heldToken(given, await this.#store.accessTokens());
    const end = token && endOf(token, this.#clock.now());
    if (token && end === undefined) return {token};
    this.#calls.take(address, WRONG_TOKEN_CALLS);
    throw refused(
      token ? `the access token ${token.id} of ${token.name} lets nobody in: ${end}` : unknown(given),
      'crossfade token create NAME --role ROLE makes another',
    );
  }

  /** For what changes something: throws CF-API-001, -002 or -003, or answers whose it is. */
  actor({token}: Caller, role: Role): AccessToken {
    if (!token) throw refused('acting needs an access token', 'send it as Authorization: Bearer TOKEN');
    if (token.role !== role)
      throw new TerminalError(`${token.name} may ${token.role} with the access token ${token.id}, and this is for ${role}`, {
        code: 'CF-API-002',
        next: `use a token with the role ${role}`,
      });
    within(this.#acts.take(token.id), token.name);
    return token;
  }
}

/** A key must never be sent: whoever makes the mistake is told, without its being repeated. */
const unknown = (given: string): string =>
  given.startsWith('crossfade_')
    ? 'this is a token to sign with, which nobody but its owner should have: it has been sent now, so replace it in the plan'
    : 'this access token is not known here';

/** A page of another site that has its name lead here says that name; a proxy of this machine says for whom it asks. */
function isOfThisMachine(address: string, {host = '', ...headers}: ApiCall['headers']): boolean {
  const isForwarded = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => name in headers);
  return isLoopback(address) && isLoopback(host.replace(/:\d+$/, '')) && !isForwarded;
}

/** Of an address, or of a name that is never anything else. */
export const isLoopback = (host: string): boolean => /^(?:localhost|(?:::ffff:)?127(?:\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);

function within(retryAfterS: number, who: string): void {
  if (retryAfterS > 0) throw new TooManyCalls(who, retryAfterS);
}

const refused = (message: string, next: string): TerminalError => new TerminalError(message, {code: 'CF-API-001', next});
