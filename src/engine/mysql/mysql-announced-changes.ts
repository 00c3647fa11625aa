/** What changes in place send, line by line as the acts send it. */
import type {TableName} from '../../model/table.ts';
import type {MigrationRef} from '../engine.ts';
import type {Statements} from '../statements.ts';
import {GIVING_WAY} from './mysql-alter.ts';
import type {Announce, Line} from './mysql-announce.ts';
import {writerLines} from './mysql-announced-rows.ts';
import {addIndex, type Change, type Ddl, isNoted, isTogether, type Piece} from './mysql-change.ts';
import {trialOf} from './mysql-change-findings.ts';
import {changeOf} from './mysql-changes.ts';
import {fillStatements} from './mysql-fill.ts';
import {quoteName} from './mysql-sql.ts';
import {together, turns} from './mysql-together.ts';

export const announcedAlter = (announce: Announce, migration: MigrationRef): NonNullable<Statements['alter']> => {
  const statement = ({sql, undo, setting}: Ddl, table: TableName): Line[] => [
    ...(setting === undefined ? [] : [setting]),
    {sql: sql(table, AS_IT_IS), undo: undo?.(table, AS_IT_IS)},
  ];
  const pieces = (all: readonly Piece[], change: Change): Line[] =>
    all.flatMap((piece) => {
      if (isNoted(piece)) return [GIVING_WAY, piece.text];
      if (!isTogether(piece)) return [GIVING_WAY, ...statement(piece, change.table)];
      return [GIVING_WAY, ...together(migration, change, piece.pieces)];
    });
  const sometimes = (when: string, lines: readonly Line[]): Line[] =>
    lines.map((line) => ({...(typeof line === 'string' ? {sql: line} : line), when}));
  return {
    findings: (planned, earlier) => announce(trialOf(migration, changeOf(planned), earlier.map(changeOf)).map(({sql}) => sql(AS_IT_IS))),
    start: (planned) => announce(pieces(changeOf(planned).start, changeOf(planned))),
    sync: (planned) => announce(pieces(changeOf(planned).sync ?? [], changeOf(planned))),
    fillChunk: (table, fills) => {
      const range = `${table.key.map(quoteName).join(', ')} BETWEEN <after> AND <to>`;
      const fill = fills.flatMap((planned) => changeOf(planned).fill ?? []).flatMap((one) => fillStatements(table.name, one, range, []));
      return announce([...writerLines(migration), GIVING_WAY, 'START TRANSACTION', ...fill, 'COMMIT']);
    },
    validate: (planned) => announce([...turns(migration), ...[changeOf(planned).count ?? []].flat()]),
    complete: (planned) => {
      const {complete, unprove, count} = changeOf(planned);
      return announce([
        ...turns(migration),
        ...pieces(complete, changeOf(planned)),
        ...(unprove ? [count ?? [], ...sometimes('a row turns out to be in the way', pieces(unprove, changeOf(planned)))].flat() : []),
      ]);
    },
    undo: (planned) => {
      const change = changeOf(planned);
      const again = change.old.flatMap(({goesWith}) =>
        goesWith.map((index) => addIndex(change.table, index, `INDEX ${quoteName(index)} ${AS_IT_WAS}`)),
      );
      return announce([
        ...turns(migration),
        ...sometimes('it is there', pieces(change.undo, change)),
        ...sometimes('the server has died between it and its column', pieces(again, change)),
      ]);
    },
  };
};

/** A definition is read just before it is sent. */
const AS_IT_IS = '<as it is now>';
const AS_IT_WAS = '<as it was>';
