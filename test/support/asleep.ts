/** A runner that is stopped dead, as a machine that sleeps or swaps does it. */
import {isCoded} from '../../src/model/errors.ts';
import type {Story} from './story.ts';

/** Not in the middle of a journal entry: nobody could use a journal in a folder before it goes on, which is said and is not what the stories are about. */
export async function fallAsleep(story: Story, pid: number): Promise<void> {
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
