/** Which call of the API is answered by what, and with which status a refusal goes out. Documents are those of `--json`. */
import type {JournalStore} from '../journal/journal.ts';
import type {Clock} from '../model/effects.ts';
import {isCoded, TerminalError, type ErrorCode} from '../model/errors.ts';
import type {Role} from '../model/person.ts';
import {Admission, type Caller, TooManyCalls} from '../server/admission.ts';
import type {ApiAnswer, ApiCall} from '../server/api-server.ts';
import {ACTS, carryOut} from './api-acts.ts';
import {eventsOf, eventStream, gatesOf, runsList, statusOf, viewOf} from './api-reads.ts';
import {SCHEMA_VERSION} from './output.ts';
import {refusalDocument} from './refusal.ts';
import {named, type Run} from './run-choice.ts';
import {SeenRuns} from './seen-runs.ts';
import {PAGE, PAGE_HEADERS} from './serve-page.ts';

/** `state` as it was given to this process. */
export type Served = {readonly store: JournalStore; readonly state: string | undefined; readonly clock: Clock};

type Place = Served & {readonly call: ApiCall; readonly run: Run};

const READS: Readonly<Record<string, (place: Place) => Promise<ApiAnswer>>> = {
  '': async ({run, store}) => found(await statusOf(run, store)),
  events: async ({run, call, clock}) =>
    call.headers.accept?.includes('text/event-stream')
      ? {status: 200, stream: eventStream(run.journal, call, clock)}
      : found(eventsOf(run, call.query)),
  gates: async ({run}) => found(gatesOf(run)),
  view: async ({run, store, clock}) => found(await viewOf(run, store, clock)),
};

/** Every call there is; `RUN` is an id, the start of one, or the name of its plan. */
export const CALLS: readonly {readonly method: string; readonly path: string; readonly role: Role}[] = [
  ...['/v1', '/v1/runs', ...Object.keys(READS).map((what) => `/v1/runs/RUN${what && `/${what}`}`)].map(
    (path) => ({method: 'GET', path, role: 'view'}) as const,
  ),
  ...Object.entries(ACTS).map(([word, {role}]) => ({method: 'POST', path: `/v1/runs/RUN/${word}`, role})),
];

/** Rejects where it is a fault of ours. */
export function apiOf(served: Served): (call: ApiCall) => Promise<ApiAnswer> {
  const [runs, admission, inTurn] = [new SeenRuns(served.store, served.clock), new Admission(served.store, served.clock), turns()];
  return async (call) => {
    // It says nothing of any run, and asks with whatever its reader gives it.
    if (call.path === '/' && call.method === 'GET') return {status: 200, headers: PAGE_HEADERS, page: PAGE};
    try {
      return await answer(call, await admission.admit(call), {served, runs, admission, inTurn});
    } catch (error) {
      if (isCoded(error)) return refusal(error);
      throw error;
    }
  };
}

type Turns = <T>(act: () => Promise<T>) => Promise<T>;
type Parts = {readonly served: Served; readonly runs: SeenRuns; readonly admission: Admission; readonly inTurn: Turns};

/** One act after the other: of two copies of one approval that come together, the second has to find the first on record. */
function turns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const done = last.then(act);
    last = done.catch(() => undefined);
    return done;
  };
}

async function answer(call: ApiCall, caller: Caller, {served, runs, admission, inTurn}: Parts): Promise<ApiAnswer> {
  const [version, noun, asked, what = '', ...more] = call.path.split('/').slice(1).map(decoded);
  if (version !== 'v1' || more.length > 0 || (noun !== undefined && noun !== 'runs')) return nowhere(call);
  const [read, act] = [own(READS, what), own(ACTS, what)];
  if (asked !== undefined && !read && !act) return nowhere(call);
  if (call.method !== (act ? 'POST' : 'GET')) return wrongMethod(act ? 'POST' : 'GET');
  if (noun === undefined) return found({calls: CALLS});
  if (asked === undefined) return found(await runsList(await runs.all(), served.store));
  const token = act && admission.actor(caller, act.role);
  const run = oneOf(named(await runs.all(), asked));
  if (!run) return absent(`there is no run ${asked}, or more than one`, 'GET /v1/runs lists them');
  if (read) return read({...served, call, run});
  if (!token) return nowhere(call);
  const document = await inTurn(() => carryOut({word: what, run, body: call.body, token, state: served.state}));
  return {status: 'error' in document ? statusOfCode(codeIn(document.error)) : 200, document};
}

const own = <T>(all: Readonly<Record<string, T>>, name: string): T | undefined => (Object.hasOwn(all, name) ? all[name] : undefined);

const oneOf = (runs: readonly Run[]): Run | undefined => (runs.length === 1 ? runs[0] : undefined);

const found = (document: object): ApiAnswer => ({status: 200, document: {schemaVersion: SCHEMA_VERSION, ...document}});

/** A text that cannot be decoded is nobody's name. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

type Coded = Error & {readonly code: ErrorCode};

const refusal = (error: Coded): ApiAnswer => ({
  status: error instanceof TooManyCalls ? 429 : statusOfCode(error.code),
  headers: {
    ...(error.code === 'CF-API-001' ? {'www-authenticate': 'Bearer'} : {}),
    ...(error instanceof TooManyCalls ? {'retry-after': String(error.retryAfterS)} : {}),
  },
  document: {schemaVersion: SCHEMA_VERSION, error: refusalDocument(error)},
});

const absent = (message: string, next: string, status = 404): ApiAnswer => ({
  ...refusal(new TerminalError(message, {code: 'CF-USAGE-001', next})),
  status,
});
const nowhere = ({path}: ApiCall): ApiAnswer => absent(`there is nothing at ${path}`, 'GET /v1 lists what there is');
const wrongMethod = (method: string): ApiAnswer => ({
  ...absent(`this is asked for with ${method}`, 'GET /v1 lists what there is', 405),
  headers: {allow: method},
});

const codeIn = (error: unknown): unknown => (typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined);

/** What is not here is a fault of the state or ours. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  'CF-USAGE-001': 400,
  'CF-API-001': 401,
  'CF-API-002': 403,
  'CF-APPROVE-001': 403,
  'CF-APPROVE-002': 403,
  'CF-APPROVE-003': 409,
  'CF-APPROVE-004': 409,
  'CF-APPROVE-005': 403,
  'CF-VERB-001': 409,
  'CF-VERB-002': 409,
  'CF-VERB-003': 403,
};

const statusOfCode = (code: unknown): number => Object.entries(STATUS).find(([known]) => known === code)?.[1] ?? 500;
