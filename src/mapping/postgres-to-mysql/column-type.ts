/** A type as PostgreSQL's catalogue prints it, taken apart: `timestamp(3) with time zone`, `character varying(20)`, `text[]`. */
export type PostgresType = {
  /** Without its sizes: `timestamp with time zone`. */
  readonly name: string;
  /** Length, or digits and scale; of a temporal type the digits of its fraction. */
  readonly sizes: readonly number[];
};

export const columnType = (text: string): PostgresType => {
  const found = /^([a-z" ]+?)\((\d+)(?:,(-?\d+))?\)([a-z ]*)$/.exec(text);
  if (!found) return {name: text, sizes: []};
  const [, name = '', size = '', scale, rest = ''] = found;
  return {name: name + rest, sizes: [size, scale].flatMap((one) => (one === undefined ? [] : Number(one)))};
};
