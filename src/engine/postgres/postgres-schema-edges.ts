/** Who needs whom, from the server's own record of dependencies, between nodes only. */
import type {NodeKey} from './postgres-schema-node.ts';
import type {PgSession} from './postgres-session.ts';

export type Edge = {readonly from: NodeKey; readonly to: NodeKey};

/** A sequence that belongs to a column is made before the table; what belongs to an extension stands for it. */
const DEPENDENCIES = `
  SELECT d.classid::regclass || ':' || d.objid AS from_key, d.refclassid::regclass || ':' || d.refobjid AS to_key
  FROM pg_depend d LEFT JOIN pg_class s ON d.classid = 'pg_class'::regclass AND s.oid = d.objid
  WHERE d.deptype IN ('n', 'a', 'i', 'P', 'S') AND NOT (d.deptype IN ('a', 'i') AND s.relkind = 'S' AND d.refclassid = 'pg_class'::regclass)`;

/** Objects that come with another one: a view's rule, a table's row type, an array, the index of a constraint … */
const COMES_WITH = `
  SELECT 'pg_rewrite:' || oid AS from_key, 'pg_class:' || ev_class AS to_key FROM pg_rewrite WHERE rulename = '_RETURN'
  UNION ALL SELECT 'pg_type:' || t.oid, 'pg_class:' || c.oid FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid WHERE c.relkind <> 'c'
  UNION ALL SELECT 'pg_class:' || c.oid, 'pg_type:' || c.reltype FROM pg_class c WHERE c.relkind = 'c'
  UNION ALL SELECT 'pg_type:' || typarray, 'pg_type:' || oid FROM pg_type WHERE typarray <> 0
  UNION ALL SELECT 'pg_type:' || rngmultitypid, 'pg_type:' || rngtypid FROM pg_range
  UNION ALL SELECT 'pg_attrdef:' || oid, 'pg_class:' || adrelid FROM pg_attrdef
  UNION ALL SELECT 'pg_class:' || conindid, 'pg_constraint:' || oid FROM pg_constraint WHERE contype IN ('p', 'u', 'x')
  UNION ALL SELECT 'pg_constraint:' || oid, 'pg_type:' || contypid FROM pg_constraint WHERE contypid <> 0
  UNION ALL SELECT 'pg_constraint:' || oid, 'pg_class:' || conrelid FROM pg_constraint WHERE contype = 'n' AND conrelid <> 0
  UNION ALL SELECT 'pg_class:' || objid, 'pg_class:' || refobjid FROM pg_depend WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass AND deptype = 'i'
  UNION ALL SELECT d.classid::regclass || ':' || d.objid, 'pg_extension:' || d.refobjid FROM pg_depend d WHERE d.deptype = 'e'`;

/** Longer chains of "comes with" do not exist: array → multirange → range. */
const STEPS_MAX = 4;

export type Resolve = (key: NodeKey) => NodeKey | undefined;

/** The node that an object is, or comes with. */
export const readOwners = async (session: PgSession, isNode: (key: NodeKey) => boolean): Promise<Resolve> => {
  const {rows} = await session.query(COMES_WITH);
  const owner = new Map(rows.map((row) => [row['from_key'] ?? '', row['to_key'] ?? '']));
  return (key) => {
    let at: NodeKey | undefined = key;
    for (let step = 0; at !== undefined && !isNode(at); step++) at = step < STEPS_MAX ? owner.get(at) : undefined;
    return at;
  };
};

/** Edges from and to what comes with a node are the node's own. */
export const readEdges = async (session: PgSession, resolve: Resolve): Promise<Edge[]> => {
  const {rows} = await session.query(DEPENDENCIES);
  return rows.flatMap((row) => {
    const [from, to] = [resolve(row['from_key'] ?? ''), resolve(row['to_key'] ?? '')];
    return from && to && from !== to ? [{from, to}] : [];
  });
};
