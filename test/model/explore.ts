/** Breadth-first search through every state of a small world, with the shortest way to a violation. */
import {NumberMap} from './number-map.ts';

export type Step<S> = {readonly label: string; readonly state: S} | {readonly label: string; readonly violation: string};

/** `K`: what a state is told apart by. */
export type World<S, K extends string | number = string | number> = {
  readonly start: S;
  /** Injective. */
  readonly keyOf: (state: S) => K;
  readonly next: (state: S) => readonly Step<S>[];
  /** What is wrong with this state, if anything. */
  readonly violation?: (state: S) => string | undefined;
  /** A state without a successor is stuck unless it is one of these. */
  readonly isEnd?: (state: S) => boolean;
  /** From every state one of these must be reachable. */
  readonly isGoal?: (state: S) => boolean;
};

export type Exploration = {readonly states: number; readonly violation?: string; readonly trace: readonly string[]};

/** With keys that are numbers it is several times as fast. */
export const explore = <S>(world: World<S, string> | World<S, number>): Exploration =>
  typeof world.keyOf(world.start) === 'number'
    ? search(world as World<S, number>, new NumberMap())
    : search(world as World<S, string>, new Map<string, number>());

const search = <S, K extends string | number>(
  world: World<S, K>,
  seen: {get(key: K): number | undefined; set(key: K, at: number): void},
): Exploration => {
  seen.set(world.keyOf(world.start), 0);
  const queue: S[] = [world.start];
  const from: number[] = [-1];
  const edges = world.isGoal ? {from: new Edges(), to: new Edges()} : undefined;
  const fail = (at: number, violation: string, last?: string): Exploration => ({
    states: queue.length,
    violation,
    trace: traceTo(world, queue, from, at).concat(last ?? []),
  });
  for (let head = 0; head < queue.length; head++) {
    const state = queue[head] as S;
    const wrong = world.violation?.(state);
    if (wrong !== undefined) return fail(head, wrong);
    const steps = world.next(state);
    if (steps.length === 0 && world.isEnd?.(state) === false) return fail(head, 'stuck');
    for (const step of steps) {
      if ('violation' in step) return fail(head, step.violation, step.label);
      const key = world.keyOf(step.state);
      let at = seen.get(key);
      if (at === undefined) {
        at = queue.length;
        seen.set(key, at);
        queue.push(step.state);
        from.push(head);
      }
      edges?.from.push(head);
      edges?.to.push(at);
    }
  }
  const lost = world.isGoal && edges ? firstWithoutGoal(queue, world.isGoal, edges) : -1;
  return lost < 0 ? {states: queue.length, trace: []} : fail(lost, 'live: the goal can never be reached from here');
};

/** Labels are not kept; the way is walked once more instead. */
const traceTo = <S, K extends string | number>(world: World<S, K>, queue: readonly S[], from: readonly number[], to: number): string[] => {
  const labels: string[] = [];
  for (let at = to; at > 0; at = from[at] ?? -1) {
    const before = queue[from[at] ?? 0] as S;
    const key = world.keyOf(queue[at] as S);
    const step = world.next(before).find((next) => 'state' in next && world.keyOf(next.state) === key);
    labels.unshift(step?.label ?? '?');
  }
  return labels;
};

const firstWithoutGoal = <S>(queue: readonly S[], isGoal: (state: S) => boolean, edges: {from: Edges; to: Edges}): number => {
  const reaches = new Uint8Array(queue.length);
  queue.forEach((state, at) => {
    if (isGoal(state)) reaches[at] = 1;
  });
  const from = edges.from.items;
  const to = edges.to.items;
  // Edges were found breadth-first, so walking them backwards settles nearly everything in a few rounds.
  for (let changed = true; changed; ) {
    changed = false;
    for (let edge = edges.from.length - 1; edge >= 0; edge--) {
      if (reaches[to[edge] ?? 0] === 1 && reaches[from[edge] ?? 0] === 0) {
        reaches[from[edge] ?? 0] = 1;
        changed = true;
      }
    }
  }
  return reaches.indexOf(0);
};

class Edges {
  items = new Int32Array(1 << 12);
  length = 0;
  push(item: number): void {
    if (this.length === this.items.length) {
      const larger = new Int32Array(this.length * 2);
      larger.set(this.items);
      this.items = larger;
    }
    this.items[this.length++] = item;
  }
}
