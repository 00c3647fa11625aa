/** The tables of a campaign in PostgreSQL, on both sides, and the rows of the source. */
import {tortureColumns, tortureSql, TORTURE_ROWS} from '../support/torture-table.ts';
import {ITEMS, STAMPS, STEP, TOKENS, TORTURE_COPIES} from './tables.ts';

const CREATE = `
CREATE SCHEMA camp;
CREATE TABLE camp.items (
  id bigint PRIMARY KEY, customer int NOT NULL, label text NOT NULL, note text, amount numeric, price numeric(12,2),
  ratio double precision NOT NULL, made timestamptz NOT NULL, seen timestamp, code char(6), word varchar(40), body text NOT NULL,
  flag boolean, raw bytea, doc jsonb, tags text[]
);
ALTER TABLE camp.items ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE TABLE camp.stamps (letter text, place int, value numeric NOT NULL, word varchar(40), PRIMARY KEY (letter, place));
CREATE TABLE camp.tokens (id uuid PRIMARY KEY, made timestamptz NOT NULL, body text NOT NULL, label text);
ALTER TABLE camp.tokens ALTER COLUMN body SET STORAGE EXTERNAL;
`;

/** Every third ratio is 0, every fourth note is empty, every fourth NULL; every fifth body is kept out of line. */
const FILL = `
INSERT INTO camp.items SELECT i * ${STEP}, i % 97, 'label ' || lpad(i::text, 6, '0'),
    CASE i % 4 WHEN 0 THEN '' WHEN 1 THEN NULL ELSE 'note ' || lpad(i::text, 6, '0') END,
    (i % 1000)::numeric, i * 1.25, CASE i % 3 WHEN 0 THEN 0 ELSE i / 7.0 END,
    timestamptz '2024-01-01 00:00:00+00' + i * interval '7 minutes', timestamp '2024-03-31 01:30:00' + i * interval '1 minute',
    'c' || i % 100, 'word ' || i, CASE i % 5 WHEN 0 THEN repeat(md5(i::text), 100) ELSE 'short ' || lpad(i::text, 6, '0') END,
    i % 2 = 0, decode(md5(i::text), 'hex'), jsonb_build_object('n', i, 'text', 't' || i), ARRAY['a' || i % 7, NULL, 'b']
  FROM generate_series(1, ${ITEMS}) i;
INSERT INTO camp.stamps SELECT 'L' || lpad((i % 500)::text, 6, '0'), i, (i % 100) + 0.5, 'stamp ' || lpad(i::text, 6, '0')
  FROM generate_series(1, ${STAMPS}) i;
INSERT INTO camp.tokens SELECT md5('token ' || i)::uuid, timestamptz '2024-01-01 00:00:00+00' + i * interval '1 hour', repeat(md5(i::text), 80),
    'label ' || lpad(i::text, 6, '0')
  FROM generate_series(1, ${TOKENS}) i;
`;

const types = tortureColumns.map(({name}) => `"${name.replaceAll('"', '""')}"`).join(', ');
export const createTables: readonly string[] = [CREATE, 'SET search_path = camp, public', ...tortureSql.slice(0, 1)];
export const fillTables: readonly string[] = [
  FILL,
  ...tortureSql.slice(1),
  `INSERT INTO camp.torture SELECT id + ${TORTURE_ROWS} * copy, ${types} FROM camp.torture, generate_series(1, ${TORTURE_COPIES}) copy`,
  'ANALYZE',
];
