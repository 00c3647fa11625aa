/** Everybody waits until somebody opens the door; then the room is empty again. */
export class Waiting {
  #waiting: (() => void)[] = [];

  untilLeft(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  leave(): void {
    const all = this.#waiting;
    this.#waiting = [];
    for (const one of all) one();
  }
}
