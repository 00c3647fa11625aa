/** What becomes of a stream whose sending side was altered. Asked by a pass that applies. */
import type {StreamEvent} from '../model/change.ts';
import {TerminalError} from '../model/errors.ts';
import type {Position} from '../model/position.ts';
import {nameOf} from '../model/table.ts';
import type {LinkOptions} from './link-options.ts';

type SchemaEvent = Extract<StreamEvent, {readonly type: 'schema'}>;

/** A statement that left columns, keys and partitions as they were (a comment, a statistics target) is no obstacle. */
export async function refuseSchemaChange(
  {from}: Pick<LinkOptions, 'from'>,
  {table, what}: SchemaEvent,
  at: {readonly commit: Position; readonly isOld?: boolean},
): Promise<void> {
  if (at.isOld) return;
  if (!table && (await from.source.hasSameSchema())) return;
  const how = table ? `${nameOf(table)} changed (${what})` : `${what} changed the schema`;
  throw new TerminalError(`${how} on ${from.side} at ${at.commit}`, {
    code: 'CF-DDL-001',
    next: 'undo that change on the source, or abort and start again with the new schema',
  });
}
