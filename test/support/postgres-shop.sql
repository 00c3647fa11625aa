CREATE SCHEMA "${schema}";
CREATE TYPE "${schema}".mood AS ENUM ('happy', 'it''s ok', 'Sad', '');
CREATE DOMAIN "${schema}".email AS varchar(80) DEFAULT 'nobody@x' CHECK (VALUE LIKE '%@%' AND char_length(VALUE) > 3);
CREATE COLLATION "${schema}".any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE "${schema}".customer (
  id bigserial PRIMARY KEY,
  email "${schema}".email NOT NULL,
  name varchar(60) NOT NULL DEFAULT 'O''Neil \ sons',
  mood "${schema}".mood NOT NULL DEFAULT 'it''s ok',
  is_active boolean NOT NULL DEFAULT true,
  balance numeric(12,2) NOT NULL DEFAULT 0.5,
  rating real DEFAULT '1.5',
  visits integer NOT NULL DEFAULT -1 CHECK (visits >= -1 AND visits <> 13),
  tags text[] DEFAULT '{new,"old \\ er"}',
  settings jsonb NOT NULL DEFAULT '{"a": [1, "it''s"]}',
  note text DEFAULT 'none \ yet',
  picture bytea DEFAULT '\x00ff61',
  flags bit(5) DEFAULT B'00101',
  token uuid NOT NULL DEFAULT gen_random_uuid(),
  born date DEFAULT '2001-02-03',
  wakes time DEFAULT '07:30:00.5',
  since timestamptz(3) NOT NULL DEFAULT now(),
  changed timestamp DEFAULT (now() AT TIME ZONE 'utc'),
  ip inet,
  code character(6) DEFAULT 'ab',
  UNIQUE (email),
  CONSTRAINT "odd name" CHECK (is_active OR (balance >= 0 AND mood IN ('happy', 'Sad')) IS TRUE),
  CHECK (code IS NULL OR code <> 'xx'),
  CHECK (born > '1900-01-01' OR wakes BETWEEN '05:00' AND '12:00')
);
COMMENT ON TABLE "${schema}".customer IS 'who ''buys'' \ here';
COMMENT ON COLUMN "${schema}".customer.note IS 'free; "text"';
CREATE INDEX customer_name ON "${schema}".customer (name DESC, born) INCLUDE (note);
CREATE INDEX customer_note ON "${schema}".customer (note);
CREATE INDEX customer_active ON "${schema}".customer (born) WHERE is_active;
CREATE INDEX customer_tags ON "${schema}".customer USING gin (tags);
CREATE INDEX customer_start ON "${schema}".customer (("left"(name, 3)));
CREATE TABLE "${schema}".product (
  id integer GENERATED ALWAYS AS IDENTITY,
  code varchar(20) PRIMARY KEY,
  price numeric(10,2) NOT NULL,
  stock smallint NOT NULL DEFAULT 0,
  gross numeric(12,2) GENERATED ALWAYS AS (round(price * 1.19, 2)) STORED NOT NULL,
  label varchar(50) GENERATED ALWAYS AS (code || ': ' || CASE WHEN stock > 0 THEN 'there' ELSE 'gone' END) STORED,
  in_stock boolean GENERATED ALWAYS AS (stock > 0) STORED,
  UNIQUE (id)
);
CREATE TABLE "${schema}"."Order" (
  customer bigint NOT NULL REFERENCES "${schema}".customer (id) ON UPDATE RESTRICT,
  n integer NOT NULL,
  product varchar(20) REFERENCES "${schema}".product (code) DEFERRABLE,
  at timestamp(6) NOT NULL,
  year integer GENERATED ALWAYS AS (EXTRACT(year FROM at)) STORED,
  PRIMARY KEY (customer, n)
);
CREATE TABLE "${schema}".odd (
  id text PRIMARY KEY,
  sound text CHECK (lower(sound) = sound),
  fold varchar(20) COLLATE "${schema}".any_case,
  total numeric,
  doubt varchar(20) DEFAULT upper('x'),
  hash varchar(40) GENERATED ALWAYS AS (md5(sound)) STORED,
  period int4range,
  twin integer
);
CREATE UNIQUE INDEX odd_fold ON "${schema}".odd (fold);
CREATE UNIQUE INDEX odd_twin ON "${schema}".odd (twin) NULLS NOT DISTINCT;
CREATE UNIQUE INDEX odd_some ON "${schema}".odd (doubt) WHERE total > 0;
CREATE VIEW "${schema}".cheap AS SELECT code FROM "${schema}".product WHERE price < 10;
CREATE FUNCTION "${schema}".one() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE POLICY own ON "${schema}".odd USING (id = CURRENT_USER);
ALTER TABLE "${schema}".odd ADD CONSTRAINT late CHECK (twin > 0) NOT VALID, ADD EXCLUDE (twin WITH =);
CREATE TRIGGER touch BEFORE UPDATE ON "${schema}".odd FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
