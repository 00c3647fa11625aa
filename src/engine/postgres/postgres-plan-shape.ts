/** What EXPLAIN tells of a plan, without its conditions and outputs, which may hold anything. */
import type {Index, PlanShape, Scan} from '../../model/plan-shape.ts';
import {explained} from './postgres-explain.ts';
import type {PgSession} from './postgres-session.ts';
import {textArray} from './postgres-sql.ts';

type Node = {
  readonly 'Node Type': string;
  readonly 'Plan Rows': number;
  readonly 'Total Cost': number;
  readonly Schema?: string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly Node[];
};

/** Those that read a table and no more; a node that writes has a table's name too. */
const SCANS: ReadonlySet<string> = new Set(['Seq Scan', 'Index Scan', 'Index Only Scan', 'Bitmap Heap Scan']);

export const planShape = async (session: PgSession, sent: string): Promise<PlanShape> => {
  const [{Plan: root}] = JSON.parse(await explained(session, sent, ['VERBOSE', 'FORMAT JSON'])) as readonly [{readonly Plan: Node}];
  const nodes = within(root);
  const scans = nodes.flatMap(scanOf);
  return {
    nodes: nodes.map((node) => node['Node Type']),
    ...{rows: root['Plan Rows'], cost: root['Total Cost'], scans},
    indexes: await indexesOf(session, [...new Set(scans.map(({table}) => table))]),
  };
};

const within = (node: Node): readonly Node[] => [node, ...(node.Plans ?? []).flatMap(within)];

const scanOf = (node: Node): readonly Scan[] => {
  const relation = node['Relation Name'];
  if (relation === undefined || !SCANS.has(node['Node Type'])) return [];
  const by = within(node).flatMap((one) => one['Index Name'] ?? []);
  return [{table: `${node.Schema ?? ''}.${relation}`, by, rows: node['Plan Rows']}];
};

/** An index that is not valid is used by nobody. */
const indexesOf = async (session: PgSession, tables: readonly string[]): Promise<Readonly<Record<string, readonly Index[]>>> => {
  const {rows} = await session.query(
    `SELECT n.nspname || '.' || c.relname AS table, x.relname AS name, substring(pg_get_indexdef(x.oid) FROM ' USING (.*)') AS of
       FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE i.indisvalid AND n.nspname || '.' || c.relname = ANY ($1::text[])`,
    [textArray(tables)],
  );
  const found = rows.map(({table, name, of}) => ({table, name: name ?? '', of: of ?? ''}));
  return Object.fromEntries(tables.map((table) => [table, found.filter((one) => one.table === table).map(({name, of}) => ({name, of}))]));
};
