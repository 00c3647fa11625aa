import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {realEffects} from '../../../test/support/effects.ts';
import {DatabaseUrl} from '../../model/database-url.ts';
import type {OpenOptions} from '../engine.ts';
import {clientConfig, clientEnvironment} from './postgres-connection.ts';

const options = (url: string, tls?: OpenOptions['tls']): OpenOptions => ({
  url: new DatabaseUrl(url),
  side: 'source',
  migration: {id: 'i', short: 's', name: 'n'},
  effects: realEffects(),
  ...(tls ? {tls} : {}),
});
const config = (url: string, tls?: OpenOptions['tls']) => clientConfig(options(url, tls), 'work');

test('programs get the same by their environment, and nothing of it as an argument', () => {
  expect(clientEnvironment(options('postgres://u:p%40@db.example:6000/shop?sslmode=require&sslrootcert=system'), 'dump')).toEqual({
    PGHOST: 'db.example',
    PGPORT: '6000',
    PGUSER: 'u',
    PGPASSWORD: 'p@',
    PGDATABASE: 'shop',
    PGAPPNAME: 'crossfade s dump',
    PGSSLMODE: 'verify-full',
    PGSSLROOTCERT: 'system',
  });
  expect(clientEnvironment(options('postgres://localhost/shop'), 'dump')).toEqual({
    PGHOST: 'localhost',
    PGDATABASE: 'shop',
    PGAPPNAME: 'crossfade s dump',
    PGSSLMODE: 'disable',
  });
});

test('a server that is not local is verified, by the name in its address', () => {
  const verified = {rejectUnauthorized: true, host: 'db.example'};
  expect(config('postgres://u:p@db.example/shop').ssl).toEqual(verified);
  expect(config('postgres://u:p@db.example/shop?sslmode=require').ssl).toEqual(verified);
  expect(config('postgres:///shop?host=db.example&user=u').ssl).toEqual(verified);
  expect(config('postgres://u:p@[2001:db8::1]/shop')).toMatchObject({host: '2001:db8::1', ssl: {host: '2001:db8::1'}});
});

test.each(['disable', 'allow', 'no-verify'])('an address alone cannot say sslmode=%s (H-94)', (mode) => {
  expect(() => config(`postgres://u:p@db.example/shop?sslmode=${mode}`)).toThrow(/sslmode=/);
  expect(config(`postgres://u:p@db.example/shop?sslmode=${mode}`, {mode: 'disable'}).ssl).toBe(false);
});

test('loopback and Unix sockets need none, and get it when asked for', () => {
  expect(config('postgres://u:p@127.0.0.1/shop').ssl).toBe(false);
  expect(config('postgres:///shop?host=/run/postgresql')).toMatchObject({host: '/run/postgresql', ssl: false});
  expect(config('postgres:///shop').host).toBe('localhost');
  expect(config('postgres://u:p@localhost/shop', {mode: 'verify-full'}).ssl).toEqual({rejectUnauthorized: true, host: 'localhost'});
  expect(config('postgres://u:p@localhost/shop?sslmode=verify-full').ssl).toEqual({rejectUnauthorized: true, host: 'localhost'});
});

test('the certificate authority is read from its file, and a missing file is named', () => {
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-ca-'));
  writeFileSync(join(folder, 'ca.pem'), 'PEM');
  expect(config('postgres://u:p@db.example/shop', {mode: 'verify-full', ca: join(folder, 'ca.pem')}).ssl).toMatchObject({ca: 'PEM'});
  expect(config(`postgres://u:p@db.example/shop?sslrootcert=${join(folder, 'ca.pem')}`).ssl).toMatchObject({ca: 'PEM'});
  rmSync(folder, {recursive: true});
  expect(() => config('postgres://u:p@db.example/shop', {mode: 'verify-full', ca: join(folder, 'ca.pem')})).toThrow(
    /ca\.pem .*could not be read/,
  );
});

test('an address changes neither the name nor the settings of a session', () => {
  const made = config(
    'postgres://u%40:p%3A@h:6000/sh%20op?application_name=x&options=-c%20search_path%3Devil%20-c%20work_mem%3D1MB&replication=true',
    {mode: 'disable'},
  );
  expect(made).toMatchObject({user: 'u@', password: 'p:', port: 6000, database: 'sh op', application_name: 'crossfade s work'});
  expect(made).not.toHaveProperty('replication');
  expect(made.options).toMatch(/^-c search_path=evil -c work_mem=1MB .* -c search_path=pg_catalog /);
});
