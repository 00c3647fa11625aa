/** Where a path of the plan stands in its file. */
import {isMap, isNode, isPair, isScalar, type Document, type LineCounter, type Node, type Pair} from 'yaml';

/**
 * The place to point at: the value's, or its key's when the value is missing or the key itself is the problem; of a
 * key that is not there, the key of the mapping that lacks it.
 */
export function offsetOf(document: Document, path: readonly PropertyKey[], at: 'key' | 'value'): number {
  for (let depth = path.length; depth > 0; depth--) {
    const parts = path.slice(0, depth);
    const missing = depth < path.length;
    const node = (at === 'key' || missing ? keyNode(document, parts) : undefined) ?? valueNode(document, parts) ?? keyNode(document, parts);
    if (node?.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

/** From 1, as editors count. */
export function lineAndColumn(lines: LineCounter, offset: number): {readonly line: number; readonly column: number} {
  const {line, col} = lines.linePos(offset);
  return {line: Math.max(1, line), column: Math.max(1, col)};
}

/** `gates.cutover[0].max` */
export const pathText = (path: readonly PropertyKey[]): string =>
  path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`)).join('');

function valueNode(document: Document, path: readonly PropertyKey[]): Node | undefined {
  const node: unknown = document.getIn(path, true);
  return isNode(node) ? node : undefined;
}

function keyNode(document: Document, path: readonly PropertyKey[]): Node | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return undefined;
  const pair: Pair | undefined = parent.items.find(
    (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(path.at(-1)),
  );
  return isNode(pair?.key) ? pair.key : undefined;
}
