/** What in a MySQL source Debezium could not carry (docs/decisions/0033). Asked before anything is made. */
import type {Database, Finding, Source} from '../engine/engine.ts';
import {TerminalError} from '../model/errors.ts';
import {hasTags, parseGtidSet} from '../model/gtid-set.ts';
import {nameOf, type Table, writtenColumns} from '../model/table.ts';
import {refusal} from './debezium-refusal.ts';
import {keyNameFault} from './connector-settings.ts';
import {mysqlReader} from './mysql-values.ts';

const TAGS = 'has transactions with tags in its log, which Debezium gives the names of others';
const OTHER_WAY = 'move it without Kafka (relay: {kind: in-process})';

export async function debeziumMysqlFindings(own: Database, tables: readonly Table[]): Promise<readonly Finding[]> {
  return [
    ...((await hasTagged(own.source)) ? [refusal('source server', TAGS, OTHER_WAY)] : []),
    ...tables.flatMap((table) => {
      const fault = keyNameFault(table);
      return fault === undefined
        ? tableFindings(table)
        : [refusal(nameOf(table.name), fault, `leave the table out of the plan, or ${OTHER_WAY}`)];
    }),
  ];
}

/** The name of the transaction before them is what Debezium gives them, so messages do not tell. */
export async function requireNoTags(own: Source): Promise<void> {
  if (!(await hasTagged(own))) return;
  throw new TerminalError(`the source ${TAGS}`, {code: 'CF-RELAY-002', next: `crossfade abort, then ${OTHER_WAY}`});
}

const hasTagged = async (own: Source): Promise<boolean> => hasTags(parseGtidSet(await own.currentPosition()));

function tableFindings(table: Table): Finding[] {
  const columns = writtenColumns(table).filter((column) => !mysqlReader(column) || isDateOfNone(column));
  if (!columns.length) return [];
  const names = columns.map(({name, type}) => `${name} ${type}`).join(', ');
  return [
    {
      severity: 'info',
      code: 'CF-RELAY-002',
      object: nameOf(table.name),
      reason: `has columns whose values Debezium does not always carry (${names}; of dates NULL, which zero dates come as): transactions with such a value are read in the source's log as well, which has to reach back to them`,
      next: 'nothing; where most transactions have one, Kafka saves the source nothing',
    },
  ];
}

const isDateOfNone = ({type, notNull}: Table['columns'][number]): boolean => !notNull && /^date(time)?\b/i.test(type);
