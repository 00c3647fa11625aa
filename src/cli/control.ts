/**
 * What the socket of a runner understands: the mild verbs of the command line, which are recorded and carried out as if they
 * had been typed there, and a few words of its own. Nothing that moves traffic, approves or ends a run is among them.
 */
import {join, resolve} from 'node:path';
import {defaultStateFolder, statePlace} from '../journal/state-store.ts';
import {runState} from '../journal/run-state.ts';
import type {Journal} from '../journal/journal.ts';
import {nearest} from '../model/nearest.ts';
import {serveControl, type ControlSocket} from '../server/control-socket.ts';
import {recordResume} from './record-resume.ts';
import {currentPerson} from './actor.ts';
import {tuningReason} from './tuning-reason.ts';
import {typed} from './typed.ts';
import {verdictsOf} from './watch-view.ts';

/** Beside the state, or where the user's state would be if it is in a database. */
export function controlPath(state: string | undefined, short: string): string {
  const {place} = statePlace(state);
  return join(/^[a-z][a-z0-9+.-]+:\/\//i.test(place) ? defaultStateFolder() : resolve(place), `${short}.sock`);
}

/** `state` as it was given to the runner. */
export type Controlled = {readonly journal: Journal; readonly state: string | undefined};

export const openControl = (path: string, controlled: Controlled): Promise<ControlSocket> =>
  serveControl(path, (line) => answerTo(line, controlled));

/** Verbs of the command line, with the form in which they stand in the help. */
const VERBS: Readonly<Record<string, string>> = {
  status: 'where the run stands, and why it is not done',
  throttle: 'throttle 70: rests for that share of the time; alone, copying and comparing stand still',
  unthrottle: 'full speed again',
  set: 'set chunk=8MiB, set throttle.replica-lag=2s: counts from the next chunk on',
  pause: 'stops at the next safe point',
  explain: 'explain WORD: a code, phase, step, gate, throttle or metric',
};

/** Those of them that need a reason where the plan knows people. */
const TUNING: ReadonlySet<string> = new Set(['throttle', 'set']);

const OWN: Readonly<Record<string, string>> = {
  resume: 'ends a pause',
  gates: 'the gates of this phase with what was measured',
  help: 'this',
};

/** `WORD [ARGUMENT] [--json] [# reason]`. */
export async function answerTo(line: string, controlled: Controlled): Promise<string> {
  const [asked = '', ...why] = line.split(/(?:^|\s+)#\s*/);
  const [word = '', ...rest] = asked.trim().split(/\s+/);
  const isJson = rest.includes('--json');
  const args = rest.filter((one) => one !== '--json');
  if (args.some((one) => one.startsWith('-'))) return refuse('flags are for the command line; only --json and # REASON are known here');
  if (TUNING.has(word) && why.join('').trim() === '' && tuningReason(runState(await controlled.journal.entries())) === 'required')
    return refuse(`this plan wants to know why: ${[word, ...args].join(' ')} # REASON`);
  if (Object.hasOwn(VERBS, word)) return said([word, ...args], why.join(' # '), isJson, controlled);
  if (args.length > 0 && Object.hasOwn(OWN, word)) return refuse(`${word} takes nothing after it`);
  if (word === 'resume') return resumed(controlled, why.join(' # ') || undefined, isJson);
  if (word === 'gates') return gates(controlled, isJson);
  if (word === 'help') return help(isJson);
  const meant = nearest(word, [...Object.keys(VERBS), ...Object.keys(OWN)]);
  return refuse(`there is no ${word} here${meant === undefined ? '' : `; did you mean ${meant}?`} help lists the words`);
}

const refuse = (text: string): string => `refused: ${text}`;

/** What goes to stdout, and for people the words beside it. */
async function said(
  [verb = '', ...args]: readonly string[],
  reason: string,
  isJson: boolean,
  {journal, state}: Controlled,
): Promise<string> {
  const run = verb === 'explain' ? {} : {run: journal.migration};
  const {data, said: beside} = await typed({verb, args, ...run, state, isJson, reason});
  return isJson && data !== '' ? data : `${data}${beside}`;
}

async function resumed({journal}: Controlled, reason: string | undefined, isJson: boolean): Promise<string> {
  const done = await recordResume(journal, reason, currentPerson());
  return isJson ? JSON.stringify({schemaVersion: 1, ...done}) : done.text;
}

async function gates({journal}: Controlled, isJson: boolean): Promise<string> {
  const {visit, phase} = runState(await journal.entries());
  const verdicts = verdictsOf(visit, phase);
  if (isJson) return JSON.stringify({schemaVersion: 1, phase, gates: verdicts});
  if (verdicts.length === 0) return `no gate has been asked before ${phase}`;
  return verdicts.map(({gate, go, evidence}) => `${gate} ${go ? 'green' : 'red'}: ${evidence}`).join('\n');
}

function help(isJson: boolean): string {
  const words = Object.entries({...VERBS, ...OWN}).map(([word, what]) => ({word, what}));
  if (isJson) return JSON.stringify({schemaVersion: 1, words});
  return [...words.map(({word, what}) => `${word.padEnd(12)} ${what}`), 'A reason follows #; --json answers with JSON.'].join('\n');
}
