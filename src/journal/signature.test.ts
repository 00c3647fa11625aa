import {generateKeyPairSync} from 'node:crypto';
import {expect, test} from 'vitest';
import {isSignedBy, newPrivateKey, privateKeyOf, publicKeyText, signed, tokenOf} from './signature.ts';

const key = newPrivateKey();
const pem = key.export({format: 'pem', type: 'pkcs8'}).toString();

test('a key in PEM and its token are one person', () => {
  expect(publicKeyText(key)).toMatch(/^ed25519:[\w-]{43}$/);
  expect(publicKeyText(privateKeyOf(pem))).toBe(publicKeyText(key));
  expect(tokenOf(key)).toMatch(/^crossfade_[\w-]{43}$/);
  expect(publicKeyText(privateKeyOf(`${tokenOf(key)}\n`))).toBe(publicKeyText(key));
});

test('a signature is of one statement, one key and one spelling', () => {
  const statement = {gate: 'approval', reason: 'looked'};
  const signature = signed(statement, key);
  expect(isSignedBy({reason: 'looked', gate: 'approval'}, signature, publicKeyText(key))).toBe(true);
  expect(isSignedBy({...statement, reason: 'not looked'}, signature, publicKeyText(key))).toBe(false);
  expect(isSignedBy(statement, signature, publicKeyText(newPrivateKey()))).toBe(false);
  for (const other of ['', 'x', `${signature}=`, `${signature} `, signature.slice(1)])
    expect(isSignedBy(statement, other, publicKeyText(key))).toBe(false);
  expect(isSignedBy(statement, signature, 'ed25519:short')).toBe(false);
});

test('what is no Ed25519 key is refused, without a word of it', () => {
  const {privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'});
  const other = privateKey.export({format: 'pem', type: 'pkcs8'}).toString();
  for (const text of ['', 's3cret', 'crossfade_s3cret', other, pem.replace(/\n.*\n/, '\ns3cret\n')]) {
    expect(() => privateKeyOf(text)).toThrow(
      expect.objectContaining({code: 'CF-APPROVE-001', message: expect.not.stringContaining('s3cret')}),
    );
  }
});
