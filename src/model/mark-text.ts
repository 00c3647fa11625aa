/** What Crossfade writes into a source's log between its changes: `MIGRATION CONTENT`; content that begins with `ddl ` is the schema's. */
import type {StreamEvent} from './change.ts';

/** Undefined of another migration's. */
export function markEvent(short: string, text: string): StreamEvent | undefined {
  const space = text.indexOf(' ');
  if (text.slice(0, space) !== short) return undefined;
  const content = text.slice(space + 1);
  return content.startsWith('ddl ') ? {type: 'schema', table: undefined, what: content.slice(4)} : {type: 'mark', content};
}
