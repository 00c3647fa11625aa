import {expect, test} from 'vitest';
import {scrub} from './scrub.ts';

test.each([
  ['a password in a URL', 'at postgres://me:hunter2@db/shop', {}, 'at postgres://me:***@db/shop'],
  ['a password as a setting', 'password=hunter2 host=db', {}, 'password=*** host=db'],
  ['what the environment names as a secret', 'got s3cr3t!', {API_TOKEN: 's3cr3t!'}, 'got ***'],
  ['the password of a URL in the environment, decoded too', 'a%40b42 a@b42', {DB: 'postgres://me:a%40b42@db'}, '*** ***'],
  ['one secret inside another', 'abcdefgh', {A_KEY: 'abcd', B_KEY: 'abcdefgh'}, '***'],
  ['nothing else', 'the proxy said no', {HOME: 'proxy', SHORT_KEY: 'the'}, 'the proxy said no'],
])('%s is taken out', (_what, text, environment, expected) => {
  expect(scrub(text, environment)).toBe(expected);
});
