import {expect, test} from 'vitest';
import {defaultDisguise} from './default-disguise.ts';

/** Name, type as the engine writes it, and what becomes of the column; `plan` where the plan has to say it. */
const EXPECTED: readonly (readonly [string, string, string])[] = [
  ['name', 'text', 'fake'],
  ['full_name', 'character varying(80)', 'fake'],
  ['firstName', 'text', 'fake'],
  ['email', 'citext', 'fake'],
  ['e_mail', 'character varying(255)', 'fake'],
  ['phone', 'text', 'fake'],
  ['phone', 'bigint', 'fake'],
  ['mobile_number', 'numeric(15,0)', 'fake'],
  ['ssn', 'character(11)', 'fake'],
  ['tax_id', 'integer', 'fake'],
  ['iban', 'text', 'fake'],
  ['card_number', 'bigint', 'fake'],
  ['street', 'text', 'fake'],
  ['zip', 'integer', 'fake'],
  ['postcode', 'character varying(10)', 'fake'],
  ['city', 'text', 'fake'],
  ['notes', 'text', 'fake'],
  ['whatever', 'text', 'fake'],
  ['x', 'character varying', 'fake'],
  ['initials', 'character(2)', 'fake'],
  ['password_hash', 'text', 'fake'],
  ['api_token', 'text', 'fake'],
  ['contact_type', 'text', 'fake'],
  ['user_status', 'text', 'fake'],
  ['tags', 'text[]', 'fake'],
  ['phones', 'bigint[]', 'fake'],
  ['profile', 'jsonb', 'fake'],
  ['payload', 'json', 'fake'],
  ['avatar', 'bytea', 'fake'],
  ['ip', 'inet', 'fake'],
  ['device', 'macaddr', 'fake'],
  ['id', 'uuid', 'hash'],
  ['session', 'uuid', 'hash'],
  ['salary', 'numeric(12,2)', 'range'],
  ['age', 'smallint', 'range'],
  ['latitude', 'double precision', 'range'],
  ['birth_date', 'date', 'range'],
  ['dob', 'timestamp without time zone', 'range'],
  ['diagnosed_at', 'timestamp with time zone', 'range'],
  ['gender', 'enum', 'shuffle'],
  ['is_disabled', 'boolean', 'shuffle'],
  ['hiv_positive', 'boolean', 'shuffle'],
  ['religion', 'integer', 'shuffle'],
  ['gender', 'text', 'fake'],
  ['location', 'point', 'null'],
  ['search', 'tsvector', 'null'],
  ['document', 'xml', 'null'],
  ['shape', 'geometry(Point,4326)', 'null'],
  ['name', 'varchar(60)', 'fake'],
  ['note', 'mediumtext', 'fake'],
  ['phone', 'bigint(20) unsigned', 'fake'],
  ['zip', 'mediumint unsigned zerofill', 'fake'],
  ['salary', 'decimal(12,2) unsigned', 'range'],
  ['born', 'datetime(6)', 'range'],
  ['is_disabled', 'tinyint(1)', 'shuffle'],
  ['gender', "enum('m','f (all)')", 'shuffle'],
  ['tags', "set('new','vip')", 'keep'],
  ['age', 'tinyint(1)', 'shuffle'],
  ['birth_year', 'year(4)', 'shuffle'],
  ['avatar', 'longblob', 'fake'],
  ['ip', 'inet6', 'fake'],
  ['place', 'geometry', 'null'],
  ['flags', 'bit(6)', 'null'],
  ['amount', 'int unsigned', 'keep'],
  ['status', 'char(3)', 'keep'],
  ['device', 'macaddr8', 'fake'],
  ['incomes', 'numeric[]', 'keep'],
  ['salary', 'numeric[]', 'null'],
  ['id', 'bigint', 'keep'],
  ['amount', 'numeric(12,2)', 'keep'],
  ['quantity', 'integer', 'keep'],
  ['active', 'boolean', 'keep'],
  ['created_at', 'timestamp with time zone', 'keep'],
  ['duration', 'interval', 'keep'],
  ['status', 'text', 'keep'],
  ['order_status', 'character varying(20)', 'keep'],
  ['currency', 'character(3)', 'keep'],
  ['locale', 'text', 'keep'],
  ['state', 'enum', 'keep'],
];

test.each(EXPECTED)('%s %s: %s', (name, type, expected) => {
  const base = type === 'enum' ? {base: 'enum'} : {};
  expect(defaultDisguise({name, type, notNull: false, ...base})?.kind).toBe(expected);
});

test('a type of which nothing is known, in a column that cannot be null, is left to the plan', () => {
  expect(defaultDisguise({name: 'shape', type: 'geometry(Point,4326)', notNull: true})).toBeUndefined();
});

test('a domain is what it restricts', () => {
  expect(defaultDisguise({name: 'contact', type: 'public.address', base: 'text', notNull: true})).toEqual({kind: 'fake'});
  expect(defaultDisguise({name: 'amount', type: 'public.money', base: 'numeric(12,2)', notNull: true})).toEqual({kind: 'keep'});
});
