import {expect, test} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import {realEffects} from '../../test/support/effects.ts';
import {endOf, heldToken, newAccessToken} from './access-token.ts';

const HOUR_MS = 3_600_000;
const clock = fakeClock('2026-05-01T10:00:00.000Z');
const made = (name: string) => newAccessToken({name, role: 'operate', lastsMs: HOUR_MS}, {...realEffects(), clock});

test('a token is found again by its text alone, and the state has nothing of it that could be sent', () => {
  const [ann, bob] = [made('ann'), made('bob')];
  const tokens = [ann.token, bob.token];
  expect(heldToken(ann.text, tokens)).toBe(ann.token);
  expect(heldToken(bob.text, tokens)).toBe(bob.token);
  const secret = ann.text.split('_')[2] ?? '';
  expect(secret).toMatch(/^[0-9a-f]{64}$/);
  expect(JSON.stringify(tokens)).not.toContain(secret);
});

test('another text lets nobody in, however near it comes', () => {
  const [ann, bob] = [made('ann'), made('bob')];
  const [, secret = ''] = /^cfa_[0-9a-f]{8}_(.*)$/.exec(ann.text) ?? [];
  const texts = ['', 'cfa', `cfa_${ann.token.id}_`, `cfa_${bob.token.id}_${secret}`, `${ann.text}0`, ann.text.slice(0, -1), `x${ann.text}`];
  const hashSent = `cfa_${ann.token.id}_${ann.token.hash}`;
  expect([...texts, hashSent].map((text) => heldToken(text, [ann.token, bob.token]))).toEqual(Array(8).fill(undefined));
});

test('it ends at its time, or when it is taken back', () => {
  const {token} = made('ann');
  expect(endOf(token, new Date('2026-05-01T10:59:59.999Z'))).toBeUndefined();
  expect(endOf(token, new Date('2026-05-01T11:00:00.000Z'))).toBe('it expired at 2026-05-01T11:00:00.000Z');
  const revoked = {...token, revokedAt: '2026-05-01T10:30:00.000Z'};
  expect(endOf(revoked, new Date('2026-05-01T10:31:00.000Z'))).toBe('it was taken back at 2026-05-01T10:30:00.000Z');
});
