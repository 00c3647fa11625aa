/** A map from non-negative whole numbers below 2^53 to small ones; several times as fast as `Map` once it holds a million. */
export class NumberMap {
  #keys = new Float64Array(1 << 10).fill(-1);
  #values = new Int32Array(1 << 10);
  #size = 0;

  get(key: number): number | undefined {
    const slot = this.#slot(key);
    return this.#keys[slot] === key ? this.#values[slot] : undefined;
  }

  set(key: number, value: number): void {
    if (this.#size * 2 >= this.#keys.length) this.#grow();
    const slot = this.#slot(key);
    if (this.#keys[slot] !== key) this.#size++;
    this.#keys[slot] = key;
    this.#values[slot] = value;
  }

  /** Where the key is, or where it would go. */
  #slot(key: number): number {
    const mask = this.#keys.length - 1;
    let slot = Math.imul((key % 4_294_967_291) ^ Math.imul(key / 4_294_967_296, 0x9e3779b1), 0x85ebca6b);
    slot = (slot ^ (slot >>> 15)) & mask;
    while (this.#keys[slot] !== key && this.#keys[slot] !== -1) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [keys, values] = [this.#keys, this.#values];
    this.#keys = new Float64Array(keys.length * 2).fill(-1);
    this.#values = new Int32Array(keys.length * 2);
    this.#size = 0;
    for (let slot = 0; slot < keys.length; slot++) {
      const key = keys[slot] ?? -1;
      if (key !== -1) this.set(key, values[slot] ?? 0);
    }
  }
}
