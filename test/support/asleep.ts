/** A runner that is stopped dead, as a machine that sleeps or swaps does it. */
import {isCoded} from '../../src/model/errors.ts';
import type {Story} from './story.ts';

const END_SESSIONS = `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'crossfade%'`;

/** Until SIGCONT, and the servers end its sessions meanwhile, as they do with one that is silent for too long. */
export async function fallAsleep(story: Story, pid: number): Promise<void> {
  await stop(story, pid);
  for (const side of [story.source, story.target]) await side.run(END_SESSIONS);
}

/** Not in the middle of a journal entry: nobody could use a journal in a folder before it goes on, which is said and is not what the stories are about. */
async function stop(story: Story, pid: number): Promise<void> {
  for (;;) {
    process.kill(pid, 'SIGSTOP');
    try {
      await story.facts();
      return;
    } catch (error) {
      if (!isCoded(error)) throw error;
      process.kill(pid, 'SIGCONT');
    }
  }
}
