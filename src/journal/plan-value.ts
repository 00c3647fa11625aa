/** What the plan on record says under these keys. The journal keeps the plan as data: another version's may lack what this one reads. */
export const planValue = (plan: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Object.entries(value).find(([name]) => name === key)?.[1] : undefined),
    plan,
  );
