import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {newPrivateKey, publicKeyText, signed} from '../journal/signature.ts';
import type {Person} from '../model/person.ts';
import type {RehearsalRecord} from '../model/rehearsal-record.ts';
import {readRecord, sealed} from './rehearsal-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'crossfade-record-'));
afterAll(() => rmSync(folder, {recursive: true}));

const side = {engine: 'postgres', version: 180_000, versionText: '18.0', settings: {fsync: 'on'}, missingGrants: []};
const bare = {
  schemaVersion: 1,
  id: 'r1',
  madeAt: '2026-05-02T10:00:00.000Z',
  by: 'ann',
  around: {crossfade: '0.1.0', plan: {name: 'shop', checksum: 'c'}, source: side, target: side, tables: []},
  clone: {versions: {source: 1, target: 1}, extent: 'the whole source', tables: [], readable: [], lookedFor: 0, leftOut: []},
  leftOut: [],
  phases: [],
  switches: [{direction: 'forward', decided: true, heldMs: 4}],
  load: {rate: 1, rows: 1, acknowledged: 1, refused: 0, unknown: 0, lost: 0, longestWaitMs: 1},
  targetBytes: null,
  keptLogBytes: null,
} as const;

const key = newPrivateKey();
const person = (role: Person['role']): Person => ({name: 'ann', key: publicKeyText(key), role, accounts: []});
const read = (record: unknown, people: readonly Person[] = []) => {
  writeFileSync(join(folder, 'record.json'), JSON.stringify(record));
  return readRecord('record.json', join(folder, 'plan.yaml'), people);
};

test('what was written is read, beside the plan, with whoever the plan knows to have signed it', async () => {
  expect(await read(sealed(bare, undefined))).toMatchObject({record: {id: 'r1'}, signer: undefined});
  const record = sealed(bare, {name: 'ann', key});
  expect((await read(record, [person('approve')])).signer).toBe('ann');
  expect((await read(record, [person('operate')])).signer).toBe('ann');
  expect((await read(record, [person('view')])).signer).toBeUndefined();
  expect((await read(record)).signer).toBeUndefined();
});

test('no field can be altered unseen, and no signature taken from elsewhere', async () => {
  const record = sealed(bare, {name: 'ann', key});
  const people = [person('approve')];
  for (const field of Object.keys(bare)) await expect(read({...record, [field]: 'other'}, people), field).rejects.toThrow();
  const altered: RehearsalRecord = {...bare, load: {...bare.load, lost: 7}, digest: '', signed: null};
  const {digest, signed: _, ...rest} = altered;
  expect(digest).toBe('');
  const again = sealed(rest, undefined); // its digest fits
  await expect(read({...again, signed: record.signed}, people)).rejects.toThrow('a signature that is not of it');
  const asApproval = signed({digest: again.digest}, key);
  await expect(read({...again, signed: {by: 'ann', key: publicKeyText(key), signature: asApproval}}, people)).rejects.toThrow('not of it');
});

test('what is not there, or is something else, is said', async () => {
  await expect(readRecord('nowhere.json', join(folder, 'plan.yaml'), [])).rejects.toMatchObject({code: 'CF-REHEARSE-006'});
  await expect(read({hello: 1})).rejects.toThrow('is no record of a rehearsal');
});
