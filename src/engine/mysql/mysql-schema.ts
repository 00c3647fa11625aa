import type {Table} from '../../model/table.ts';
import type {Finding, MigrationRef} from '../engine.ts';
import type {Schema, SchemaScript} from '../schema.ts';
import {CONTROL_SCHEMA_NAME} from './mysql-names.ts';
import {exportSchema} from './mysql-schema-export.ts';
import {tryStatements} from './mysql-schema-trial.ts';
import {forbiddenOn} from './mysql-set-aside.ts';
import type {MySessions} from './mysql-sessions.ts';
import type {MysqlTarget} from './mysql-target.ts';

const TEXT = `${CONTROL_SCHEMA_NAME}.schema_text`;

/** Schema files are not tried out: a statement that names its database would be carried out there. */
export class MysqlSchema implements Schema {
  readonly #sessions: MySessions;
  readonly #migration: MigrationRef;
  readonly #target: Pick<MysqlTarget, 'empty'>;

  constructor(sessions: MySessions, migration: MigrationRef, target: Pick<MysqlTarget, 'empty'>) {
    this.#sessions = sessions;
    this.#migration = migration;
    this.#target = target;
  }

  read(tables: readonly Table[]): ReturnType<Schema['read']> {
    return this.#sessions.use((session) => exportSchema(session, tables));
  }

  async tryOut(script: SchemaScript, signal: AbortSignal): ReturnType<Schema['tryOut']> {
    const session = await this.#sessions.open('schema trial');
    try {
      return await tryStatements(session, this.#migration, script, signal);
    } finally {
      await session.close();
    }
  }

  async reshaped(...[script, tables, reshapes]: Parameters<Schema['reshaped']>): ReturnType<Schema['reshaped']> {
    const findings = reshapes.map(({from}): Finding => {
      const reason = 'looks different on the target, and this engine writes tables only as they are';
      return {
        severity: 'refuse',
        code: 'CF-SCOPE-004',
        object: `table ${from.schema}.${from.name}`,
        reason,
        next: 'use schema kind files or existing',
      };
    });
    return {...script, findings: tables.length ? findings : [], ran: []};
  }

  async isBegun(migration: string): Promise<boolean> {
    const {rows: control} = await this.#sessions.use((session) => session.query(CONTROL));
    if (!control.length) return false;
    const {rows} = await this.#sessions.use((session) => session.query(BEGUN, [migration]));
    return rows.length > 0;
  }

  forbidden(tables: readonly Table[]): ReturnType<Schema['forbidden']> {
    return this.#sessions.use((session) => forbiddenOn(session, tables));
  }

  /** No statement of ours names one. */
  async roles(): Promise<readonly string[]> {
    return [];
  }

  async keep(name: string, text: string): Promise<string> {
    const {short} = this.#migration;
    await this.#sessions.use((session) =>
      session.query(`INSERT INTO ${TEXT} (migration, name, body) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE name = VALUES(name)`, [
        short,
        name,
        text,
      ]),
    );
    return (await this.kept(name)) ?? text;
  }

  async kept(name: string): Promise<string | undefined> {
    const {rows} = await this.#sessions.use((session) =>
      session.query(`SELECT body FROM ${TEXT} WHERE migration = ? AND name = ?`, [this.#migration.short, name]),
    );
    return rows[0]?.['body'] ?? undefined;
  }

  empty(tables: readonly Table[]): Promise<void> {
    return this.#target.empty(tables);
  }

  /** Indexes come in the order in which they were made. */
  async meaning(sql: string): Promise<string> {
    const lines = sql.split('\n').map((line) => line.replace(/,$/, ''));
    const columns = lines.filter((line) => !/^ {2}[A-Z]/.test(line));
    return [...columns, ...lines.filter((line) => /^ {2}[A-Z]/.test(line)).toSorted()].join('\n');
  }
}

const CONTROL = `SELECT 1 AS there FROM information_schema.tables WHERE table_schema = '${CONTROL_SCHEMA_NAME}' AND table_name = 'schema_text'`;
const BEGUN = `SELECT 1 AS begun FROM ${CONTROL_SCHEMA_NAME}.schema_statement s JOIN ${CONTROL_SCHEMA_NAME}.lease l ON l.migration = s.migration WHERE l.name = ? AND NOT l.finished LIMIT 1`;
