/** The end of a pause, for a runner that is at work: what the verb does besides starting one. */
import type {Actor, Journal} from '../journal/journal.ts';
import {runState} from '../journal/run-state.ts';
import {requireRole} from './role-guard.ts';
import {isUnattended} from './runner-alive.ts';
import {signalFor} from './watch-requests.ts';

export type Recorded = {readonly recorded: boolean; readonly text: string};

export async function recordResume(journal: Journal, reason: string | undefined, actor: Actor): Promise<Recorded> {
  const state = runState(await journal.entries());
  requireRole('resume', state, actor);
  const signal = signalFor('resume', state);
  if (typeof signal === 'string') return {recorded: false, text: signal};
  await journal.append({type: 'signal', signal, actor, reason});
  const text = 'resume is recorded';
  return {recorded: true, text: isUnattended(state) ? `${text}; no runner is at work, crossfade resume starts one` : text};
}
