/** Whether the table that the plan names can be the outbox. It is the application's own, and moves with its other tables. */
import type {Database, Finding} from '../engine/engine.ts';
import {nameOf, type Table, type TableName} from '../model/table.ts';
import type {Plan} from '../plan/plan.ts';

type Asked = {readonly source: Database; readonly tables: readonly Table[]; readonly plan: Plan};

/** Before the run, for `plan` and `doctor` too. */
export const outboxFindings = async ({source, tables, plan}: Asked): Promise<readonly Finding[]> =>
  (await outboxFaults({source, tables: async () => tables}, plan)).map((reason) => ({
    severity: 'refuse',
    code: 'CF-READ-003',
    object: plan.reads?.outbox ?? '',
    reason,
    next: 'make it as docs/dual-write.md has it, and let the plan’s scope name it',
  }));

/** In words; none where the plan moves no reads. */
export const outboxFaults = async (
  {source, tables}: {readonly source: Database; readonly tables: () => Promise<readonly Table[]>},
  {reads, applicationRoles}: Plan,
): Promise<readonly string[]> => {
  if (!reads) return [];
  const name = tableName(reads.outbox);
  if (!(await tables()).some((table) => nameOf(table.name) === nameOf(name))) return ['is not among the tables that the plan moves'];
  const faults = await Promise.all(applicationRoles.map(async (role) => source.readReports?.outboxFault(name, role)));
  return [...new Set(faults.filter((fault) => fault !== undefined))];
};

const tableName = (text: string): TableName => {
  const [schema = '', name = ''] = text.split('.');
  return {schema, name};
};
