/** Reading evidence, which is whatever the writer of its entry knew: what is not there, or is not a number, is null. */
export type Evidence = Readonly<Record<string, unknown>>;

export const fields = (value: unknown): Evidence =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? {...value} : {};

export const numberIn = (evidence: Evidence, name: string): number | null => {
  const value = evidence[name];
  return typeof value === 'number' ? value : null;
};

export const textIn = (evidence: Evidence, name: string): string | null => {
  const value = evidence[name];
  return typeof value === 'string' ? value : null;
};

/** Milliseconds between two moments of the journal. */
export const msBetween = (from: string, to: string): number => Date.parse(to) - Date.parse(from);
