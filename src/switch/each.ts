/** All at once, and all to the end even when one fails, so that nothing goes on behind the caller's back; then that failure is thrown. */
export async function onEach<T, R>(members: readonly T[], act: (member: T, index: number) => Promise<R>): Promise<R[]> {
  const outcomes = await Promise.allSettled(members.map(act));
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}
