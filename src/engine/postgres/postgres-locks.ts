/**
 * Which locks a statement takes on tables, read off its parse tree: what `ALTER TABLE` and its like are documented to
 * take. What a view or a function named in it reads is not in the statement, and not here. A test takes the locks on a
 * real server and looks. Pure.
 */
type Tree = {readonly [field: string]: unknown};

export type TableLock = {readonly mode: LockMode; readonly on: string};

export const LOCK_MODES = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
] as const;
export type LockMode = (typeof LOCK_MODES)[number];

/** The strongest lock on each table; none of tables that the statement itself makes. */
export const tableLocks = (statement: unknown): TableLock[] => {
  const strongest = new Map<string, LockMode>();
  for (const {mode, on} of found(statement)) {
    const known = strongest.get(on);
    if (known === undefined || LOCK_MODES.indexOf(mode) > LOCK_MODES.indexOf(known)) strongest.set(on, mode);
  }
  return [...strongest].map(([on, mode]) => ({mode, on}));
};

const found = (statement: unknown): TableLock[] => {
  const [kind = '', body = {}] = isTree(statement) ? (Object.entries(statement)[0] ?? []) : [];
  if (!isTree(body)) return [];
  const locks = BY_KIND[kind];
  return locks ? locks(body) : [];
};

const of = (mode: LockMode, ...parts: readonly unknown[]): TableLock[] => parts.flatMap(relations).map((on) => ({mode, on}));

/** Reading: everything named anywhere in it; rows that are locked make it a little more. */
const reading = (body: Tree): TableLock[] => of(body['lockingClause'] ? 'ROW SHARE' : 'ACCESS SHARE', body);

const writing = (body: Tree): TableLock[] => [
  ...of('ROW EXCLUSIVE', body['relation']),
  ...of('ACCESS SHARE', {...body, relation: undefined}),
];

const BY_KIND: Readonly<Record<string, (body: Tree) => TableLock[]>> = {
  SelectStmt: reading,
  InsertStmt: writing,
  UpdateStmt: writing,
  DeleteStmt: writing,
  CopyStmt: (body) => of(body['is_from'] === true ? 'ROW EXCLUSIVE' : 'ACCESS SHARE', body['relation'], body['query']),
  ExplainStmt: (body) => found(body['query']),
  CreateStmt: (body) => [
    ...tree(body['tableElts']).flatMap((element) => of('ACCESS SHARE', field(element, 'TableLikeClause'))),
    ...references(body['tableElts']),
    ...of('ACCESS EXCLUSIVE', body['partbound'] ? body['inhRelations'] : undefined),
  ],
  CreateTableAsStmt: (body) => of('ACCESS SHARE', body['query']),
  ViewStmt: (body) => of('ACCESS SHARE', body['query']),
  RefreshMatViewStmt: (body) => of(body['concurrent'] === true ? 'EXCLUSIVE' : 'ACCESS EXCLUSIVE', body['relation']),
  IndexStmt: (body) => of(body['concurrent'] === true ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE', body['relation']),
  CreateStatsStmt: (body) => of('SHARE UPDATE EXCLUSIVE', body['relations']),
  CreateTrigStmt: (body) => of('SHARE ROW EXCLUSIVE', body['relation'], body['constrrel']),
  CreatePolicyStmt: (body) => of('ACCESS EXCLUSIVE', body['table']),
  AlterPolicyStmt: (body) => of('ACCESS EXCLUSIVE', body['table']),
  RuleStmt: (body) => of('ACCESS EXCLUSIVE', body['relation']),
  AlterTableStmt: (body) => altering(body),
  RenameStmt: (body) => of('ACCESS EXCLUSIVE', body['relation']),
  TruncateStmt: (body) => of('ACCESS EXCLUSIVE', body['relations']),
  LockStmt: (body) => of(LOCK_MODES[Number(body['mode']) - 1] ?? 'ACCESS EXCLUSIVE', body['relations']),
  VacuumStmt: (body) => of('SHARE UPDATE EXCLUSIVE', body['rels']),
  CreatePublicationStmt: (body) => of('SHARE UPDATE EXCLUSIVE', body['pubobjects']),
  AlterPublicationStmt: (body) => of('SHARE UPDATE EXCLUSIVE', body['pubobjects']),
  CommentStmt: (body) => (body['objtype'] === 'OBJECT_TABLE' ? named('SHARE UPDATE EXCLUSIVE', body['object']) : []),
  DropStmt: (body) => dropping(body),
};

/** What is not listed takes the strongest. */
const ALTERATIONS: Readonly<Record<string, LockMode>> = {
  AT_SetStatistics: 'SHARE UPDATE EXCLUSIVE',
  AT_SetOptions: 'SHARE UPDATE EXCLUSIVE',
  AT_ResetOptions: 'SHARE UPDATE EXCLUSIVE',
  AT_SetRelOptions: 'SHARE UPDATE EXCLUSIVE',
  AT_ResetRelOptions: 'SHARE UPDATE EXCLUSIVE',
  AT_ClusterOn: 'SHARE UPDATE EXCLUSIVE',
  AT_DropCluster: 'SHARE UPDATE EXCLUSIVE',
  AT_ValidateConstraint: 'SHARE UPDATE EXCLUSIVE',
  AT_AttachPartition: 'SHARE UPDATE EXCLUSIVE',
};

const altering = (body: Tree): TableLock[] =>
  tree(body['cmds']).flatMap((one) => {
    const command = field(one, 'AlterTableCmd');
    const subtype = String(field(command, 'subtype'));
    const isForeignKey = field(field(field(command, 'def'), 'Constraint'), 'contype') === 'CONSTR_FOREIGN';
    const isTrigger = /^AT_(?:Enable|Disable)(?:Always|Replica)?Trig/.test(subtype);
    const mode = isForeignKey || isTrigger ? 'SHARE ROW EXCLUSIVE' : (ALTERATIONS[subtype] ?? 'ACCESS EXCLUSIVE');
    return [
      ...of(mode, body['relation']),
      ...references(command),
      ...of('ACCESS EXCLUSIVE', subtype === 'AT_AttachPartition' ? field(command, 'def') : undefined),
    ];
  });

/** Tables that a foreign key leads to. */
const references = (part: unknown): TableLock[] =>
  tree(part).flatMap((inner) => {
    const target = field(inner, 'pktable');
    return [...(target === undefined ? [] : of('SHARE ROW EXCLUSIVE', target)), ...references(inner)];
  });

/** Of what belongs to a table the last name is its own. */
const dropping = (body: Tree): TableLock[] => {
  const type = String(body['removeType']);
  if (/TABLE$|VIEW$|MATVIEW$|INDEX$|SEQUENCE$/.test(type)) return named('ACCESS EXCLUSIVE', body['objects']);
  return /TRIGGER$|POLICY$|RULE$/.test(type) && type !== 'OBJECT_EVENT_TRIGGER'
    ? tree(body['objects']).flatMap((object) => lockOfName('ACCESS EXCLUSIVE', names(object).slice(0, -1)))
    : [];
};

const named = (mode: LockMode, part: unknown): TableLock[] => {
  const lists = Array.isArray(part) ? (part as readonly unknown[]) : [part];
  return lists.flatMap((one) => lockOfName(mode, names(one)));
};

const lockOfName = (mode: LockMode, parts: readonly string[]): TableLock[] => (parts.length ? [{mode, on: parts.join('.')}] : []);

const names = (part: unknown): string[] =>
  tree(part).flatMap((inner) => (typeof field(inner, 'sval') === 'string' ? [String(field(inner, 'sval'))] : names(inner)));

/** Every table named inside, as `schema.table`; names without a schema are of the statement's own (WITH, temporary). */
export const relations = (part: unknown): string[] => {
  if (!isTree(part) && !Array.isArray(part)) return [];
  const name = field(part, 'relname');
  const schema = field(part, 'schemaname');
  const own = typeof name === 'string' ? [typeof schema === 'string' ? `${schema}.${name}` : name] : [];
  return [...own, ...tree(part).flatMap(relations)];
};

/** The values inside, one level down. */
const tree = (part: unknown): readonly unknown[] => (Array.isArray(part) || isTree(part) ? Object.values(part) : []);

const field = (part: unknown, name: string): unknown => (isTree(part) ? part[name] : undefined);

const isTree = (part: unknown): part is Tree => typeof part === 'object' && part !== null && !Array.isArray(part);
