/** What may be read by the API: the documents of `status` and `events`, and the gates with what a person signs. */
import type {Journal, JournalStore} from '../journal/journal.ts';
import {peopleOf} from '../journal/genuine.ts';
import type {Clock} from '../model/effects.ts';
import {TerminalError} from '../model/errors.ts';
import type {ApiCall} from '../server/api-server.ts';
import {seenIn} from './approver.ts';
import {unfinishedOf, type Run} from './run-choice.ts';
import {look, statusDocument} from './status-document.ts';
import {verdictsOf, watchView, type WatchView} from './watch-view.ts';
import {watchedNow} from './watched.ts';

const ENTRIES_MAX = 500;
/** Between two looks at a journal that is followed. */
const LOOK_MS = 200;
/** Proxies end what is silent for a minute. */
const SILENT_LOOKS_MAX = 75;
/** Then the client asks again, and its access token is looked at again. */
const STREAM_LOOKS_MAX = 4_500;

export async function statusOf({id, entries, state}: Run, store: JournalStore): Promise<Readonly<Record<string, unknown>>> {
  const report = await store.report(id);
  return statusDocument({id, state}, look({state, entries}, report), report);
}

/** For people: what it shows may change. */
export const viewOf = async (run: Run, store: JournalStore, clock: Clock): Promise<WatchView> =>
  watchView(await watchedNow(run, store, clock));

/** Those that go on, and the newest one also when it is over. */
export async function runsList(runs: readonly Run[], store: JournalStore): Promise<object> {
  const shown = unfinishedOf(runs).length > 0 ? unfinishedOf(runs) : runs.slice(-1);
  return {runs: await Promise.all(shown.map((run) => statusOf(run, store)))};
}

/** `toSign`: what a yes is for that is given now; it holds for every gate of the phase. */
export function gatesOf({id, entries, state}: Run): object {
  const {phase, visit, plan, head, approvals} = state;
  return {
    id,
    name: plan.name,
    phase,
    gates: verdictsOf(visit, phase),
    approvals: approvals.map(({gate, actor, at, isSigned}) => ({gate, actor: actor.name, authenticated: isSigned === true, at})),
    approvers: peopleOf(plan.content)
      .filter(({role}) => role === 'approve')
      .map(({name}) => name),
    toSign: {...seenIn({state, entries}), head},
  };
}

/** `after` and `limit`; `last` is what the next call passes as `after`. */
export function eventsOf({id, entries, state: {head}}: Run, query: URLSearchParams): object {
  const after = numberIn(query, 'after', 0);
  const limit = Math.min(numberIn(query, 'limit', ENTRIES_MAX), ENTRIES_MAX);
  const events = entries.slice(after, after + limit).map(({seq, at, fact, hash}) => ({seq, at, fact, hash}));
  return {id, events, last: events.at(-1)?.seq ?? after, head: head.seq};
}

/** Server-sent events, each with the number of its entry as its id; a client that comes again says the last one it had. */
export function eventStream(journal: Journal, {query, headers, gone}: ApiCall, clock: Clock): AsyncIterable<string> {
  const had = headers['last-event-id'];
  const after = numberIn(typeof had === 'string' ? new URLSearchParams({after: had}) : query, 'after', 0);
  return follow(journal, after, gone, clock);
}

async function* follow(journal: Journal, after: number, gone: AbortSignal, clock: Clock): AsyncIterable<string> {
  yield ': the events of this run\n\n';
  for (let [seen, looks, silent] = [after, 0, 0]; !gone.aborted && looks < STREAM_LOOKS_MAX; looks++) {
    const news = await journal.entries(seen);
    for (const {seq, at, fact, hash} of news) yield `id: ${seq}\ndata: ${JSON.stringify({schemaVersion: 1, seq, at, fact, hash})}\n\n`;
    silent = news.length > 0 ? 0 : silent + 1;
    if (silent > 0 && silent % SILENT_LOOKS_MAX === 0) yield ': nothing new\n\n';
    seen = news.at(-1)?.seq ?? seen;
    await clock.sleep(LOOK_MS, gone);
  }
}

function numberIn(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new TerminalError(`${name} is no whole number`, {code: 'CF-USAGE-001', next: `give the number of an entry, such as ${name}=12`});
}
