/** The frame of an event in the binary log. Its checksum is verified here, because no driver does it (H-79). */
import {crc32} from 'node:zlib';
import {TransientError} from '../../model/errors.ts';
import {Bytes} from './mysql-bytes.ts';

export const EVENT = {
  query: 2,
  stop: 3,
  rotate: 4,
  format: 15,
  xid: 16,
  beginLoad: 17,
  executeLoad: 18,
  tableMap: 19,
  insert1: 23,
  update1: 24,
  delete1: 25,
  incident: 26,
  heartbeat: 27,
  insert2: 30,
  update2: 31,
  delete2: 32,
  gtid: 33,
  anonymousGtid: 34,
  xaPrepare: 38,
  partialUpdate: 39,
  payload: 40,
  heartbeat2: 41,
  taggedGtid: 42,
  mariadbGtid: 162,
  mariadbCompressedFirst: 165,
  mariadbCompressedLast: 171,
} as const;

export type Packet = {readonly type: number; readonly server: number; readonly body: Bytes};

const HEADER_BYTES = 19;
const CHECKSUM_BYTES = 4;
const CRC32 = 1;

/** Of one stream: whether events carry a checksum is said by the event that begins each file of the log. */
export class Packets {
  #hasChecksum = false;

  /** An event, without the byte that the protocol puts before it. */
  read(event: Buffer): Packet {
    const header = new Bytes(event, 4, HEADER_BYTES);
    const type = header.uint(1);
    const server = header.uint(4);
    if (type === EVENT.format) this.#hasChecksum = event.at(-CHECKSUM_BYTES - 1) === CRC32;
    else if (type !== EVENT.rotate && this.#hasChecksum) verify(event);
    const end = this.#hasChecksum || type === EVENT.format ? event.length - CHECKSUM_BYTES : event.length;
    return {type, server, body: new Bytes(event, HEADER_BYTES, end)};
  }
}

const verify = (event: Buffer): void => {
  const end = event.length - CHECKSUM_BYTES;
  if (crc32(event.subarray(0, end)) === event.readUInt32LE(end)) return;
  throw new TransientError('an event of the binary log came with a wrong checksum', {
    code: 'CF-CONN-004',
    next: 'nothing; it is asked for again. If it stays, the log is damaged: SHOW BINLOG EVENTS on the source tells where',
  });
};
