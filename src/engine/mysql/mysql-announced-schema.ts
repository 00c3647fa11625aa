/** What a schema that is tried out sends, line by line as the act sends it. */
import type {MigrationRef} from '../engine.ts';
import type {SchemaStatement} from '../schema.ts';
import type {Statements} from '../statements.ts';
import type {Announce} from './mysql-announce.ts';
import {deletePart} from './mysql-read-statements.ts';
import {dropTrial, makeTrial, trialDatabase, trialOf, TRIAL_SETTINGS} from './mysql-schema-trial.ts';
import {tagStatement, writerSettings} from './mysql-writer.ts';

export const announcedSchema = (announce: Announce, migration: MigrationRef): NonNullable<Statements['schema']> => ({
  tryOut: ({preData, postData}) => announce(preData.length ? trial([...preData, ...postData], migration) : []),
  empty: (tables) =>
    announce(
      tables.length
        ? [
            ...writerSettings(migration),
            ...tables.flatMap(({name}) => ['START TRANSACTION', tagStatement(migration.short, 'undo'), deletePart(name), 'COMMIT']),
          ]
        : [],
    ),
});

const trial = (statements: readonly SchemaStatement[], migration: MigrationRef): string[] => {
  const databases: string[] = [];
  const known = new Map<string, string>();
  const lines = statements.flatMap(({sql}) => {
    const step = trialOf(sql);
    if (step.kind !== 'use') return step.kind === 'table' ? [sql] : [];
    const database = known.get(step.schema) ?? trialDatabase(migration, known.size);
    const isNew = !known.has(step.schema);
    known.set(step.schema, database);
    if (isNew) databases.push(database);
    return [...(isNew ? [dropTrial(database), makeTrial(database)] : []), `USE ${database}`];
  });
  return [TRIAL_SETTINGS, ...lines, ...databases.map(dropTrial)];
};
