/**
 * A synchronous standby that says nothing: what commits stands in the log, and neither is its client answered nor does
 * any snapshot show it. A name that no standby has does the same (hazards §1.3).
 */
import {storyDatabase, type StoryDatabase} from './story-database.ts';
import {untilTrue} from './until.ts';

export type Withholding = {
  /** That session's commit stands in the log by now, and nobody can see it. */
  untilWithheld(session: string): Promise<void>;
  /** The standby answers: for all that wait, and from now on. */
  acknowledge(): Promise<void>;
};

/** Begins to withhold on the whole server, and returns when it does. */
export async function withhold(url: string): Promise<Withholding> {
  const looker = await storyDatabase(url);
  const acknowledge = async (): Promise<void> => {
    await looker.run('ALTER SYSTEM RESET synchronous_standby_names', 'SELECT pg_reload_conf()');
    await looker.close();
  };
  const isWithheld = async (session: string): Promise<boolean> =>
    (await looker.value(`SELECT count(*) FROM pg_stat_activity WHERE pid = ${session} AND wait_event = 'SyncRep'`)) === '1';
  await looker.run('SET synchronous_commit = local', `ALTER SYSTEM SET synchronous_standby_names = 'nobody'`, 'SELECT pg_reload_conf()');
  await untilHeeded(await storyDatabase(url), isWithheld);
  return {acknowledge, untilWithheld: async (session) => void (await untilTrue('the commit is withheld', () => isWithheld(session)))};
}

/** Another process of the server tells the sessions of the setting: they heed it a moment after they show it. */
async function untilHeeded(trier: StoryDatabase, isWithheld: (session: string) => Promise<boolean>): Promise<void> {
  const session = (await trier.value('SELECT pg_backend_pid()')) ?? '';
  const close = (): void => void trier.close();
  for (let isAnswered = true; isAnswered; ) {
    isAnswered = false;
    const tried = trier.run(`SELECT pg_logical_emit_message(true, 'withheld', '')`).finally(() => (isAnswered = true));
    await untilTrue('a commit is answered, or withheld', async () => isAnswered || isWithheld(session));
    if (!isAnswered) tried.then(close, close); // whatever the server says in the end
  }
}
