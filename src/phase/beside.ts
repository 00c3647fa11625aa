/** What goes on while a phase waits: told to end with the wait, and the first failure ends the wait. */
export const beside = async <T>(
  signal: AbortSignal,
  works: readonly ((signal: AbortSignal) => Promise<void>)[],
  wait: () => Promise<T>,
): Promise<T> => {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const working = works.map(async (work) => work(until).then(() => new Promise<never>(() => {})));
  try {
    return await Promise.race([wait(), ...working]);
  } finally {
    over.abort();
  }
};
