/**
 * Asks a server for its binary log, as a replica would, on a connection of the driver. What differs between MySQL and
 * MariaDB is how the place is named; from there on both send events until the connection ends.
 */
import type {Connection} from 'mysql2';
import type {Position} from '../../model/position.ts';
import {type GtidSet, parseGtidSet} from '../../model/gtid-set.ts';

/** An error packet of the server, as the driver reads it. */
export type ServerError = Error & {readonly errno: number};

type WirePacket = {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly end: number;
  isError(): boolean;
  isEOF(): boolean;
  asError(encoding: string): ServerError;
};
type Wire = {
  addCommand(command: {execute(packet: WirePacket | undefined, wire: Wire): boolean}): void;
  write(bytes: Buffer): void;
  _resetSequenceId(): void;
  _bumpSequenceId(packets: number): void;
};

const DUMP = 0x12;
const DUMP_GTID = 0x1e;
/** Where the first event of a file stands. */
export const FILE_START = 4;

/** MySQL finds the file, and leaves out what is in `from`. */
export const dumpOfGtids = (serverId: number, from: Position): Buffer => {
  const executed = encodeGtidSet(parseGtidSet(from));
  const command = Buffer.alloc(23);
  command.writeUInt8(DUMP_GTID, 0);
  command.writeUInt32LE(serverId, 3);
  command.writeUInt32LE(0, 7); // no file name
  command.writeBigUInt64LE(BigInt(FILE_START), 11);
  command.writeUInt32LE(executed.length, 19);
  return Buffer.concat([command, executed]);
};

/** Sets with tags have a form of their own. */
const encodeGtidSet = (set: GtidSet): Buffer => {
  const isTagged = [...set.keys()].some((origin) => origin.includes(':'));
  const count = BigInt(set.size);
  return Buffer.concat([
    uint64(isTagged ? (1n << 56n) | (count << 8n) | 1n : count),
    ...[...set].flatMap(([origin, intervals]) => {
      const [uuid = '', tag = ''] = origin.split(':');
      const label = isTagged ? [tag.length << 1, ...Buffer.from(tag)] : [];
      const numbers = intervals.flatMap(([first, last]) => [uint64(first), uint64(last + 1n)]);
      return [Buffer.from(uuid.replaceAll('-', ''), 'hex'), Buffer.from(label), uint64(BigInt(intervals.length)), ...numbers];
    }),
  ]);
};

const uint64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
};

/** High, so that no server is likely to have it, and another for each connection (H-74). */
export const serverIdOf = (identity: string): number => (Number.parseInt(identity.replaceAll('-', '').slice(-8), 16) | 0x8000_0000) >>> 0;

/** The server hangs up at the end of the log, and waits for nothing. */
const NO_WAIT = 1;

/** A file from its beginning to the end of the log. */
export const dumpOfFile = (serverId: number, file: string): Buffer => {
  const command = Buffer.concat([dumpOfSession(serverId), Buffer.from(file)]);
  command.writeUInt16LE(NO_WAIT, 5);
  return command;
};

/** MariaDB begins where the session's `slave_connect_state` says. */
export const dumpOfSession = (serverId: number): Buffer => {
  const command = Buffer.alloc(11);
  command.writeUInt8(DUMP, 0);
  command.writeUInt32LE(FILE_START, 1);
  command.writeUInt32LE(serverId, 7);
  return command;
};

/** Events come as the memory of the connection, to be read at once. */
export const dump = (connection: Connection, command: Buffer, onEvent: (event: Buffer) => void, onEnd: (error: Error) => void): void => {
  let isSent = false;
  const wire = connection as unknown as Wire;
  wire.addCommand({
    execute(packet) {
      if (!isSent) {
        isSent = true;
        send(wire, command);
      } else if (packet?.isError()) {
        onEnd(packet.asError('utf8'));
        return true;
      } else if (packet?.isEOF()) {
        onEnd(new Error('the server ended the stream'));
        return true;
      } else if (packet) onEvent(packet.buffer.subarray(packet.offset + 1, packet.end));
      return false;
    },
  });
};

const send = (wire: Wire, command: Buffer): void => {
  const header = Buffer.alloc(4);
  header.writeUIntLE(command.length, 0, 3);
  wire._resetSequenceId();
  wire._bumpSequenceId(1);
  wire.write(Buffer.concat([header, command]));
};
