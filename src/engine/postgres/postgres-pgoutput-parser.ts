/** The package's parser of pgoutput messages, with its texts kept whole. */
import {BinaryReader} from 'pg-logical-replication/dist/output-plugins/pgoutput/binary-reader.js';
import {PgoutputParser} from 'pg-logical-replication/dist/output-plugins/pgoutput/pgoutput-parser.js';

/** Its own decoder takes U+FEFF at the start of a text for a mark of the encoding, and drops it: here it belongs to the value. */
export const newPgoutputParser = (): PgoutputParser => {
  BinaryReader.prototype.decodeText = (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return new PgoutputParser();
};
