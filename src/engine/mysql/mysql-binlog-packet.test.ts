import {crc32} from 'node:zlib';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Position} from '../../model/position.ts';
import type {StreamEvent} from '../../model/change.ts';
import {BinlogEvents} from './mysql-binlog-events.ts';
import {EVENT, Packets} from './mysql-binlog-packet.ts';
import {BinlogTables} from './mysql-binlog-tables.ts';
import {Decoders} from './mysql-charsets.ts';

const event = (type: number, body: Buffer): Buffer => {
  const header = Buffer.alloc(19);
  header.writeUInt8(type, 4);
  header.writeUInt32LE(7, 5);
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(Buffer.concat([header, body])));
  return Buffer.concat([header, body, sum]);
};
/** What begins a file of the log: its last byte says whether checksums follow. */
const format = (algorithm: number): Buffer => event(EVENT.format, Buffer.from([4, 0, algorithm]));

const GTID = event(EVENT.gtid, Buffer.concat([Buffer.alloc(17), Buffer.from([5, 0, 0, 0, 0, 0, 0, 0])]));

describe('an event of the binary log', () => {
  it('is refused when its checksum is wrong, and not before the log says that it has one (H-79)', () => {
    const packets = new Packets();
    packets.read(format(1));
    const whole = event(EVENT.xid, Buffer.from('12345678'));
    expect(packets.read(whole)).toMatchObject({type: EVENT.xid, server: 7});
    expect(packets.read(whole).body.left).toBe(8);
    for (let at = 0; at < whole.length; at++) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      // Bytes that say what the event is may make another of it, which is not looked at.
      if (at !== 4) expect(() => packets.read(damaged)).toThrow('wrong checksum');
    }
    packets.read(format(0));
    expect(packets.read(whole).body.left).toBe(12);
  });

  it('of any bytes is told, passed over or refused, and never hangs', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...Object.values(EVENT)), fc.uint8Array({maxLength: 60})), {maxLength: 6}), (all) => {
        const tables = new BinlogTables([], new Decoders({collations: [], tables: new Map()}), false);
        const events = new BinlogEvents({short: 'x', from: '' as Position, tables});
        const out: StreamEvent[] = [];
        try {
          for (const one of [format(1), GTID, ...all.map(([type, body]) => event(type, Buffer.from(body)))]) events.take(one, out);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
        expect(out[0]).toEqual({
          type: 'begin',
          transaction: '00000000-0000-0000-0000-000000000000:5',
          commit: '00000000-0000-0000-0000-000000000000:5',
        });
      }),
    );
  });
});
