/**
 * The schema that Crossfade or pg_dump writes, tried out on the target in a transaction that is rolled back: what the
 * target would not take is known, object by object, before anything is done. Asked by `assess`, `doctor` and `plan`,
 * and once more by `prepare-target`.
 */
import type {Database, Finding, Schema, SchemaScript, SchemaStatement} from '../engine/engine.ts';
import type {Table} from '../model/table.ts';
import type {ConvertedScript, ConvertedStatement, MigrationMapping} from '../mapping/mapping.ts';

/** Kinds of schema that Crossfade makes a script of. */
export type ScriptKind = 'catalog' | 'pg_dump' | 'convert';

export type SchemaAnswer = {
  readonly script: SchemaScript;
  /** Everything that was carried out to know it, and rolled back. */
  readonly tried: SchemaScript;
  readonly findings: readonly Finding[];
};

/** The script without what is optional and does not fit the target; a required part that does not fit is a refusal. */
export const scriptFor = async (
  kind: ScriptKind,
  {source, target}: {readonly source: Database; readonly target: Database},
  tables: readonly Table[],
  mapping: Pick<MigrationMapping, 'reshapes' | 'converted'>,
  signal: AbortSignal,
): Promise<SchemaAnswer> => {
  const written = await writtenBy(kind, source, tables, mapping);
  if (!target.schema) return {script: NOTHING, tried: NOTHING, findings: [cannotWrite]};
  if (kind !== 'catalog' && written.findings.some(({severity}) => severity === 'refuse'))
    return {script: NOTHING, tried: NOTHING, findings: written.findings};
  const roles = new Set(await target.schema.roles());
  const known = split(written, (statement) => statement.roles.every((role) => roles.has(role)));
  const shaped = await inShape(target.schema, known.fits, tables, mapping, signal);
  const failed = new Map((await target.schema.tryOut(shaped.script, signal)).map(({statement, reason}) => [statement, reason]));
  const accepted = split(shaped.script, (statement) => !failed.has(statement));
  return {
    script: accepted.fits,
    tried: {preData: [...shaped.ran, ...shaped.script.preData], postData: shaped.script.postData},
    findings: [
      ...written.findings,
      ...known.rest.flatMap((one) => missingRole(one, roles)),
      ...shaped.findings,
      ...accepted.rest.map((one) => notTaken(one, failed.get(one) ?? '')),
    ],
  };
};

type Written = SchemaScript & {readonly findings: readonly Finding[]};

const writtenBy = async (
  kind: ScriptKind,
  {schema, convertible}: Database,
  tables: readonly Table[],
  {converted}: Pick<MigrationMapping, 'converted'>,
): Promise<Written> => {
  if (kind === 'convert')
    return convertible && converted ? ofConversion(converted(await convertible.read(tables))) : {...NOTHING, findings: [sameLanguage]};
  if (!schema) return {...NOTHING, findings: [cannotWrite]};
  return kind === 'catalog' ? schema.read(tables) : dumped(schema, tables);
};

const ofConversion = ({preData, postData, findings}: ConvertedScript): Written => {
  const statement = ({object, sql, isOptional}: ConvertedStatement): SchemaStatement => ({
    object,
    sql,
    roles: [],
    isOptional: isOptional === true,
  });
  return {
    preData: preData.map(statement),
    postData: postData.map(statement),
    findings: findings.map(({severity, object, reason, text, next}) => ({
      severity,
      code: 'CF-SCOPE-004',
      object,
      reason: text ? `${reason}: ${text.replaceAll(/\s+/g, ' ')}` : reason,
      next,
    })),
  };
};

type Shaped = {readonly script: SchemaScript; readonly ran: readonly SchemaStatement[]; readonly findings: readonly Finding[]};

/** The tables as the mapping wants them. */
const inShape = async (
  schema: Schema,
  script: SchemaScript,
  tables: readonly Table[],
  mapping: Pick<MigrationMapping, 'reshapes'>,
  signal: AbortSignal,
): Promise<Shaped> => {
  const reshapes = mapping.reshapes(tables);
  if (!reshapes.length) return {script, ran: [], findings: []};
  const {preData, postData, ran, findings} = await schema.reshaped(script, tables, reshapes, signal);
  return {script: {preData, postData}, ran, findings};
};

const NOTHING: SchemaScript = {preData: [], postData: []};

const dumped = async (schema: Schema, tables: readonly Table[]): Promise<Written> => {
  const findings = schema.dumpFindings ? await schema.dumpFindings() : [cannotWrite];
  const script = schema.dump && !findings.length ? await schema.dump(tables) : NOTHING;
  return {...script, findings};
};

const cannotWrite: Finding = {
  severity: 'refuse',
  code: 'CF-SCOPE-004',
  object: 'schema',
  reason: 'this engine does not write schemas by itself',
  next: 'use schema kind files or existing; convert, where the other side is of another engine',
};

const sameLanguage: Finding = {
  severity: 'refuse',
  code: 'CF-SCOPE-004',
  object: 'schema',
  reason: 'no schema of this source is converted for this target',
  next: 'use schema kind catalog between servers of one engine, or files',
};

const split = (
  {preData, postData}: SchemaScript,
  isFit: (statement: SchemaStatement) => boolean,
): {fits: SchemaScript; rest: SchemaStatement[]} => ({
  fits: {preData: preData.filter(isFit), postData: postData.filter(isFit)},
  rest: [...preData, ...postData].filter((statement) => !isFit(statement)),
});

const severityOf = ({isOptional}: SchemaStatement): Finding['severity'] => (isOptional ? 'warn' : 'refuse');

const missingRole = (statement: SchemaStatement, roles: ReadonlySet<string>): Finding[] => [
  {
    severity: severityOf(statement),
    code: 'CF-SCOPE-004',
    object: statement.object,
    reason: `${statement.isOptional ? 'stays behind: it' : 'it'} names ${statement.roles.filter((role) => !roles.has(role)).join(', ')}, which the target does not have`,
    next: 'CREATE ROLE … on the target first',
  },
];

const notTaken = (statement: SchemaStatement, reason: string): Finding => ({
  severity: severityOf(statement),
  code: 'CF-SCOPE-004',
  object: statement.object,
  reason: `${statement.isOptional ? 'stays behind: the' : 'the'} target does not take it: ${reason}`,
  next: /already exists/.test(reason)
    ? 'take an empty database as target, or schema kind existing'
    : 'make it fit on the source, exclude it, or use schema kind files',
});
