/** Events that begin a transaction, as the name that the server gives it: `uuid:7`, `uuid:tag:7`, `0-1-7`. */
import type {Bytes} from './mysql-bytes.ts';

/** GTID event of MySQL. */
export const readGtid = (body: Bytes): string => {
  body.skip(1);
  const uuid = uuidText(body.take(16));
  return `${uuid}:${body.uint64()}`;
};

/** Of MySQL since 8.3, for a transaction with a tag: numbered fields, of which the first four name it. */
export const readTaggedGtid = (body: Bytes): string => {
  for (let header = 0; header < 3; header++) varint(body); // version, size, and the last field that may not be passed over
  let field = varint(body);
  if (field === 0n) {
    varint(body); // flags
    field = varint(body);
  }
  const uuid = uuidText(Buffer.from(Array.from({length: 16}, () => Number(varint(body)))));
  varint(body);
  const number = varint(body) >> 1n; // its sign is the lowest bit
  varint(body);
  return `${uuid}:${body.take(Number(varint(body))).toString('latin1')}:${number}`;
};

/** The ones at the end of the first byte say how many bytes follow. */
const varint = (body: Bytes): bigint => {
  const first = body.uint(1);
  let more = 0;
  while (more < 8 && (first >> more) & 1) more++;
  if (more === 8) return body.uint64();
  const rest = more === 0 ? 0n : BigInt(`0x${Buffer.from(body.take(more)).reverse().toString('hex')}`);
  return BigInt(first >> (more + 1)) | (rest << BigInt(7 - more));
};

/** GTID event of MariaDB; `server` stands in the event's header. */
export const readMariadbGtid = (body: Bytes, server: number): {readonly gtid: string; readonly flags: number} => {
  const number = body.uint64();
  const domain = body.uint(4);
  return {gtid: `${domain}-${server}-${number}`, flags: body.uint(1)};
};

const uuidText = (bytes: Buffer): string => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
