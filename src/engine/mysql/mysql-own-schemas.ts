/** The server's own schemas, and ours: nothing of them is moved or counted. */
export const ownSchemas = (column: string): string =>
  `(${column} IN ('mysql', 'information_schema', 'performance_schema', 'sys') OR ${column} LIKE 'crossfade%')`;
