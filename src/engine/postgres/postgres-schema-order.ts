/** Puts nodes into an order in which each comes after what it needs, pre-data before post-data. Pure. */
import type {Edge} from './postgres-schema-edges.ts';
import type {NodeKey, SchemaNode} from './postgres-schema-node.ts';

export type Order = {
  readonly preData: readonly SchemaNode[];
  readonly postData: readonly SchemaNode[];
  /** Nodes that need each other in a circle, and those that need them. */
  readonly circular: readonly SchemaNode[];
};

export const inOrder = (nodes: readonly SchemaNode[], edges: readonly Edge[]): Order => {
  const needs = needsOf(nodes, edges);
  const sorted = sort(nodes, needs);
  const post = new Set<NodeKey>();
  // What needs something of post-data is post-data itself; the order makes one pass enough.
  for (const {key, isPost} of sorted) if (isPost || [...(needs.get(key) ?? [])].some((one) => post.has(one))) post.add(key);
  const done = new Set(sorted.map(({key}) => key));
  return {
    preData: sorted.filter(({key}) => !post.has(key)),
    postData: sorted.filter(({key}) => post.has(key)),
    circular: nodes.filter(({key}) => !done.has(key)),
  };
};

/** Per node what it needs directly, among these nodes. */
export const needsOf = (nodes: readonly SchemaNode[], edges: readonly Edge[]): ReadonlyMap<NodeKey, ReadonlySet<NodeKey>> => {
  const needs = new Map(nodes.map((node) => [node.key, new Set<NodeKey>()]));
  const add = (from: NodeKey, to: NodeKey): void => {
    if (from !== to && needs.has(to)) needs.get(from)?.add(to);
  };
  for (const node of nodes) for (const key of node.needs) add(node.key, key);
  for (const {from, to} of edges) add(from, to);
  return needs;
};

/** Of those that may come next, the lowest rank first, then as they stand. */
const sort = (nodes: readonly SchemaNode[], needs: ReadonlyMap<NodeKey, ReadonlySet<NodeKey>>): SchemaNode[] => {
  const byRank = nodes.map((node, place) => ({node, place})).sort((a, b) => a.node.rank - b.node.rank || a.place - b.place);
  const place = new Map(byRank.map(({node}, at) => [node.key, at]));
  const open = new Map(nodes.map(({key}) => [key, needs.get(key)?.size ?? 0]));
  const neededBy = new Map<NodeKey, NodeKey[]>();
  for (const [key, all] of needs) for (const one of all) neededBy.set(one, [...(neededBy.get(one) ?? []), key]);
  const ready = byRank.flatMap(({node}, at) => (open.get(node.key) === 0 ? [at] : []));
  const sorted: SchemaNode[] = [];
  for (let at = ready.shift(); at !== undefined; at = ready.shift()) {
    const node = byRank[at]?.node;
    if (!node) break;
    sorted.push(node);
    for (const key of neededBy.get(node.key) ?? []) {
      const left = (open.get(key) ?? 0) - 1;
      open.set(key, left);
      if (left === 0) insertSorted(ready, place.get(key) ?? 0);
    }
  }
  return sorted;
};

const insertSorted = (list: number[], value: number): void => {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  list.splice(low, 0, value);
};
