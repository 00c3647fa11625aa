/** Promises that wait for something the stream brings; all of them fail when the stream does. */
export class Waiters<Value> {
  readonly #waiting = new Set<{
    readonly test: (value: Value) => boolean;
    readonly resolve: (value: Value) => void;
    readonly reject: (error: unknown) => void;
  }>();
  #failure: {readonly error: unknown} | undefined;

  /** Resolves with the first value that passes `test`. */
  until(test: (value: Value) => boolean, signal: AbortSignal): Promise<Value> {
    if (this.#failure) return Promise.reject(this.#failure.error);
    return new Promise((resolve, reject) => {
      const waiter = {test, resolve: settle(resolve), reject: settle(reject)};
      const onAbort = (): void => waiter.reject(signal.reason);
      const set = this.#waiting;
      function settle<T>(then: (value: T) => void): (value: T) => void {
        return (value) => {
          set.delete(waiter);
          signal.removeEventListener('abort', onAbort);
          then(value);
        };
      }
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort, {once: true});
      set.add(waiter);
    });
  }

  offer(value: Value): void {
    for (const waiter of [...this.#waiting]) if (waiter.test(value)) waiter.resolve(value);
  }

  fail(error: unknown): void {
    this.#failure = {error};
    for (const waiter of [...this.#waiting]) waiter.reject(error);
  }
}
