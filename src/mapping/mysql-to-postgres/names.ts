/**
 * What objects are called on the target. Tables and columns keep their names, because rows travel by them; a plan that
 * wants others renames them in its mapping. Names that MySQL has for each table alone (indexes, constraints, types) share
 * one room in PostgreSQL, so they get their table's name in front.
 */

/** PostgreSQL cuts longer ones with a notice only, so that two could become one (H-26). */
const NAME_BYTES_MAX = 63;

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export const qualified = (schema: string, name: string): string => `${quoted(schema)}.${quoted(name)}`;

/** Fits, and is different for different parts: what is cut has a digest of the whole at its end. */
export const madeName = (...parts: readonly string[]): string => {
  const whole = parts.join('_');
  if (Buffer.byteLength(whole) <= NAME_BYTES_MAX) return whole;
  const end = `_${digest(whole)}`;
  let start = whole;
  while (Buffer.byteLength(start + end) > NAME_BYTES_MAX) start = Array.from(start).slice(0, -1).join('');
  return start + end;
};

/** FNV-1a, 64 bits: for telling names apart, not for secrets. */
const digest = (text: string): string => {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return hash.toString(36);
};

/** Names of the source that the target cannot have, or would take for one another. */
export const nameProblems = (names: readonly string[]): readonly {readonly name: string; readonly reason: string}[] => {
  const long = names.filter((name) => Buffer.byteLength(name) > NAME_BYTES_MAX);
  return long.map((name) => ({name, reason: `its name has more than ${NAME_BYTES_MAX} bytes: rename it in the mapping of the plan`}));
};
