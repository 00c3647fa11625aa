import {expect, test} from 'vitest';
import {mysqlServer} from '../../../test/support/mysql-servers.ts';
import {openStreamSide, STREAM_SERVERS, type StreamSide} from '../../../test/support/mysql-stream-side.ts';
import {ifHad} from '../../../test/support/servers.ts';
import type {Change, StreamEvent} from '../../model/change.ts';
import type {Position} from '../../model/position.ts';
import type {Table} from '../../model/table.ts';

const ROWS = 20;
const insertsIn = (events: readonly StreamEvent[]): readonly Change[] =>
  events.flatMap((event) => (event.type === 'change' && event.change.kind === 'insert' ? [event.change] : []));

for (const request of STREAM_SERVERS) {
  const server = await ifHad(() => mysqlServer(request));
  test.skipIf(!server)(`streams of ${request.flavour} ${request.version} that are read at once do not end each other (H-74)`, async () => {
    const side = await openStreamSide((await server?.createDatabase()) ?? '', request.flavour);
    await side.run('CREATE TABLE item (id int PRIMARY KEY)');
    const [item, from] = [await side.table('item'), await side.position()];
    const readers = Array.from({length: 3}, () => reading(side, from, item));
    // Each of them is there before the last row is written: a server that takes two for one has ended the older by then.
    for (let id = 0; id < ROWS; id++) {
      await side.run(`INSERT INTO item VALUES (${id})`);
      if (id === 0) await Promise.all(readers.map(({begun}) => begun));
    }
    for (const {read} of readers) expect(insertsIn(await read)).toHaveLength(ROWS);
    await side.close();
  });
}

/** `begun`: it has received something. */
const reading = (side: StreamSide, from: Position, table: Table) => {
  const {promise: begun, resolve} = Promise.withResolvers<void>();
  const read = side.events(from, [table], (events) => {
    if (events.length) resolve();
    return insertsIn(events).length === ROWS;
  });
  read.catch(() => resolve()); // told where it is awaited
  return {begun, read};
};
