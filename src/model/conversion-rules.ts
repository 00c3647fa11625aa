/** What a plan says about a schema that becomes another engine's. Written by `plan`, read by `mapping`. */
export type ConversionRules = {
  /** Of tables and columns that the mapping does not name otherwise. */
  readonly names?: 'lower';
  /** Of TINYINT(1), unless the mapping says so of a single column. */
  readonly tinyint1?: 'boolean';
  /** NULL stands for the zero dates of columns that are NOT NULL, which become nullable. */
  readonly zeroDates?: 'nullable';
  /** Objects as findings name them, which may stay behind although they are refused. */
  readonly accept: readonly string[];
};
