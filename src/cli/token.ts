/** `crossfade token create|list|revoke`: who is let in at the API, as what, and until when. */
import {endOf, newAccessToken, type AccessToken} from '../journal/access-token.ts';
import type {JournalStore} from '../journal/journal.ts';
import {TerminalError} from '../model/errors.ts';
import {ROLES, type Role} from '../model/person.ts';
import {formatDuration} from '../plan/duration.ts';
import {systemEffects} from '../runner/system-effects.ts';
import {textOf, type CommandModule, type Invocation} from './command.ts';
import {durationFlag} from './duration-flag.ts';
import {EXIT} from './exit-codes.ts';
import {table, type Output} from './output.ts';
import {withState} from './run-choice.ts';

const DAY_MS = 24 * 3_600_000;
const LASTS_MS = 30 * DAY_MS;
/** Whoever leaves is forgotten more often than not. */
const LASTS_MS_MAX = 366 * DAY_MS;

export const command: CommandModule = {
  configure: (command) =>
    void command
      .argument('<action>', 'create, list or revoke')
      .argument('[who]', 'create: the name of the person; revoke: the id that list shows')
      .option('--role <role>', 'create: view, operate (view and steer) or approve (view, approve and reject)')
      .option('--expires <duration>', 'create: for how long it lets in, 30d when absent, 366d at most')
      .option('--dry-run', 'create, revoke: say what would be done, and do nothing'),
  run: (invocation) =>
    withState(invocation, async (store) => {
      await act(store, invocation);
      return EXIT.done;
    }),
};

function act(store: JournalStore, invocation: Invocation): Promise<void> {
  const action = String(invocation.args[0]);
  if (action === 'create') return create(store, invocation);
  if (action === 'list') return list(store, invocation.output);
  if (action === 'revoke') return revoke(store, invocation);
  throw refused(`token has no ${action}`, 'crossfade token create NAME --role ROLE, token list, or token revoke ID');
}

async function create(store: JournalStore, {args, options, output}: Invocation): Promise<void> {
  const name = textOf(args[1])?.trim();
  if (!name) throw refused('whose token is it?', 'crossfade token create NAME --role ROLE');
  const {token, text} = newAccessToken({name, role: roleOf(options), lastsMs: lastsMsOf(options)}, systemEffects);
  const what = `${name} may ${token.role} until ${token.expiresAt}`;
  if (options['dryRun'] === true) return sayDry(output, what);
  await store.keepAccessToken(token);
  if (output.isJson) output.document({...shown(token), token: text});
  else output.data(text);
  output.say(`${what}. The token is shown this once, and the state keeps a hash of it. Taken back by: crossfade token revoke ${token.id}`);
}

async function list(store: JournalStore, output: Output): Promise<void> {
  const tokens = (await store.accessTokens()).toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
  if (output.isJson) return output.document({tokens: tokens.map((token) => shown(token))});
  if (tokens.length === 0) return output.data('nobody was given an access token');
  const now = systemEffects.clock.now();
  const rows = tokens.map((token) => [token.id, token.name, token.role, token.createdAt, endOf(token, now) ?? `until ${token.expiresAt}`]);
  output.data(await table(['ID', 'WHOSE', 'MAY', 'MADE', 'LETS IN'], rows));
}

async function revoke(store: JournalStore, {args, options, output}: Invocation): Promise<void> {
  const id = textOf(args[1]) ?? '';
  const token = (await store.accessTokens()).find((one) => one.id === id);
  if (!token) throw refused(`there is no access token ${id} in this state`, 'crossfade token list');
  const now = systemEffects.clock.now();
  const what = `the token ${id} of ${token.name} lets nobody in`;
  if (options['dryRun'] === true) return sayDry(output, what);
  const revoked = {...token, revokedAt: token.revokedAt ?? now.toISOString()};
  await store.keepAccessToken(revoked);
  if (output.isJson) output.document(shown(revoked));
  else output.data(what);
}

function sayDry(output: Output, what: string): void {
  if (output.isJson) output.document({dryRun: true, would: what});
  else output.data(what);
  output.say('Nothing was changed.');
}

/** Without the hash: it is of no use to anybody who looks on. */
const shown = ({id, name, role, createdAt, expiresAt, revokedAt}: AccessToken) => ({
  ...{id, name, role, createdAt, expiresAt},
  revokedAt: revokedAt ?? null,
});

function roleOf({role}: Invocation['options']): Role {
  const known = ROLES.find((one) => one === role);
  if (known) return known;
  throw refused(role === undefined ? 'as what?' : `there is no role ${textOf(role)}`, `add --role ${ROLES.join(', or ')}`);
}

function lastsMsOf(options: Invocation['options']): number {
  const lastsMs = durationFlag(options, 'expires') ?? LASTS_MS;
  if (lastsMs > 0 && lastsMs <= LASTS_MS_MAX) return lastsMs;
  throw refused(`--expires cannot be ${textOf(options['expires'])}`, `give more than 0 and at most ${formatDuration(LASTS_MS_MAX)}`);
}

const refused = (message: string, next: string): TerminalError => new TerminalError(message, {code: 'CF-USAGE-001', next});
