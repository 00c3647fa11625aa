import envPaths from 'env-paths';
import {DatabaseUrl} from '../model/database-url.ts';
import type {Effects} from '../model/effects.ts';
import {TerminalError} from '../model/errors.ts';
import type {JournalStore} from './journal.ts';

/**
 * Opens the place where journals are kept: a folder, or `postgres://…` for teams. Without one, what `CROSSFADE_STATE`
 * says, else the user's state folder. Called by every command that touches a run; drivers load only when used.
 */
export async function openStateStore(state: string | undefined, effects: Effects): Promise<JournalStore> {
  const {place} = statePlace(state);
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(place)?.[1];
  if (scheme === undefined) return (await import('./sqlite-state.ts')).openSqliteState(place, effects);
  if (/^postgres(ql)?$/i.test(scheme)) return (await import('./postgres-state.ts')).openPostgresState(new DatabaseUrl(place), effects);
  throw new TerminalError(`--state cannot be ${scheme}://`, {code: 'CF-USAGE-001', next: 'give a folder or postgres://…'});
}

/** Where that is, and who said so. An address may carry a password: show it as a `DatabaseUrl` only. */
export function statePlace(given: string | undefined): {readonly place: string; readonly origin: 'flag' | 'environment' | 'default'} {
  if (given) return {place: given, origin: 'flag'};
  const named = process.env['CROSSFADE_STATE'];
  return named ? {place: named, origin: 'environment'} : {place: defaultStateFolder(), origin: 'default'};
}

/** Where the state is when nobody says otherwise: the XDG state home on Linux, which the package calls `log`; elsewhere there is no such thing, and state is data. */
export function defaultStateFolder(): string {
  const {data, log} = envPaths('crossfade', {suffix: ''});
  return process.platform === 'linux' ? log : data;
}
