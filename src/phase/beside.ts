/** Something that goes on while a phase waits. It is told to end with the wait, and its failure ends it. */
export const beside = async <T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>, act: () => Promise<T>): Promise<T> => {
  const over = new AbortController();
  const working = work(AbortSignal.any([signal, over.signal]));
  try {
    return await Promise.race([act(), working.then(() => new Promise<never>(() => {}))]);
  } finally {
    over.abort();
  }
};
