/**
 * What changed between two revisions of a plan, field by field, for people: shown when a changed plan is refused for a
 * running migration, and recorded by `amend`. Takes what the journal kept, which is data from outside.
 */
export function planDiff(before: unknown, after: unknown): string {
  const [old, now] = [fields(before), fields(after)];
  const paths = [...new Set([...old.keys(), ...now.keys()])].toSorted();
  return paths.flatMap((path) => fieldDiff(path, old.get(path), now.get(path))).join('\n');
}

function fieldDiff(path: string, before: string | undefined, after: string | undefined): string[] {
  if (before === after) return [];
  if (before === undefined) return [`+ ${path}: ${after}`];
  if (after === undefined) return [`- ${path}: ${before}`];
  return [`~ ${path}: ${before} -> ${after}`];
}

/** Path to value as JSON, for every leaf; an empty list or mapping is a leaf. */
function fields(value: unknown, path = ''): Map<string, string> {
  const inner = Object.entries(typeof value === 'object' && value !== null ? value : {});
  if (inner.length === 0) return new Map([[path, JSON.stringify(value)]]);
  return new Map(inner.flatMap(([key, item]) => [...fields(item, child(path, key, Array.isArray(value)))]));
}

const child = (path: string, key: string, isList: boolean): string =>
  isList ? `${path}[${key}]` : `${path}${path === '' ? '' : '.'}${key}`;
