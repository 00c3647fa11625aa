/** What stands in the way of columns in place of another: what the old one is, and what it has that the new one would not have. */
import type {Replacement} from '../../model/planned-operation.ts';
import {columnIs, type Objection} from './mysql-change.ts';
import {isTextual, withoutCharset} from './mysql-same-value.ts';
import {quoteValue} from './mysql-sql.ts';
import {stepObjections} from './mysql-step-triggers.ts';

export const replacementObjections = (planned: Replacement): Objection[] => [
  {ask: columnIs(planned, `column_key = 'PRI'`), reason: 'belongs to the key of the table', next: 'give the table another key first'},
  {
    ask: columnIs(planned, `(coalesce(generation_expression, '') <> '' OR extra LIKE '%auto_increment%')`),
    reason: 'is computed by the database itself',
    next: 'leave it out',
  },
  {
    ask: columnIs(planned, `column_type <> ${quoteValue(withoutCharset(planned.oldType))}`, 'column_type'),
    reason: 'is of type {}',
    next: 'write it so',
  },
  {
    ask: actsOn(planned),
    reason: 'is changed by the foreign key {}, which no trigger sees',
    next: 'drop that key, or let it act on nothing',
  },
  {ask: columnIs(planned, ON_UPDATE), reason: 'is set by the database with every update', next: 'take ON UPDATE off the column first'},
  ...planned.into.map(({column}) => ({
    ask: columnIs({table: planned.table, column}),
    reason: '{} is there already',
    next: 'take another name, or drop the column first',
  })),
  ...stepObjections(planned),
];

const ON_UPDATE = `extra LIKE '%on update%'`;

/** For a column that is to be what the old one was. */
export const lostObjections = (planned: Replacement): Objection[] => {
  const [part] = planned.into;
  return [
    ...(part?.notNull
      ? []
      : [
          {
            ask: columnIs(planned, `is_nullable = 'NO'`),
            reason: 'is NOT NULL, and the new column would not be',
            next: 'write notNull: true',
          },
        ]),
    ...(part?.default === undefined
      ? [
          {
            ask: columnIs(planned, `coalesce(column_default, 'NULL') <> 'NULL'`, 'column_default'),
            reason: 'has the default {}, and the new column would have none',
            next: 'write it as default',
          },
        ]
      : []),
    ...(part && isTextual(part.type) && withoutCharset(part.type) === part.type ? [hasOtherCollation(planned)] : []),
  ];
};

const hasOtherCollation = (planned: Replacement): Objection => ({
  ask: columnIs(
    planned,
    `collation_name <> (SELECT t.table_collation FROM information_schema.tables t WHERE t.table_schema = ${quoteValue(planned.table.schema)} AND t.table_name = ${quoteValue(planned.table.name)})`,
    'collation_name',
  ),
  reason: 'has the collation {}, and the new column would have that of the table',
  next: 'write COLLATE with the type',
});

/** Those whose own rows they change; one that deletes them leaves nothing to be kept in step. */
const actsOn = ({table, column}: Replacement): string =>
  `SELECT k.constraint_name AS what FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints r
     ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name
   WHERE k.table_schema = ${quoteValue(table.schema)} AND k.table_name = ${quoteValue(table.name)} AND k.column_name = ${quoteValue(column)}
     AND (r.update_rule IN ('CASCADE', 'SET NULL', 'SET DEFAULT') OR r.delete_rule IN ('SET NULL', 'SET DEFAULT'))`;
