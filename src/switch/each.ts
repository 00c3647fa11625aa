import {errorText} from '../model/errors.ts';

/** All at once, and all to the end even when one fails, so that nothing goes on behind the caller's back; then that failure is thrown. */
export async function onEach<T, R>(members: readonly T[], act: (member: T, index: number) => Promise<R>): Promise<R[]> {
  const outcomes = await Promise.allSettled(members.map(act));
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

/** Why not all of them answered: the first one's reason speaks for the others. */
export const whyUnasked = (answers: readonly PromiseSettledResult<unknown>[]): {readonly why?: string} => {
  const failed = answers.find((answer) => answer.status === 'rejected');
  return failed ? {why: errorText(failed.reason)} : {};
};
