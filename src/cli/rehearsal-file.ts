/** The record of a rehearsal as a file: whole, by its digest, and by whom, where somebody has signed it. */
import {createHash} from 'node:crypto';
import type {KeyObject} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {dirname, resolve} from 'node:path';
import serialize from 'canonicalize';
import {isSignedBy, publicKeyText, signed} from '../journal/signature.ts';
import {TerminalError} from '../model/errors.ts';
import type {Person} from '../model/person.ts';
import type {RehearsalRecord} from '../model/rehearsal-record.ts';

type Bare = Omit<RehearsalRecord, 'digest' | 'signed'>;

/** With the key of somebody whom the plan knows, or without one. */
export function sealed(bare: Bare, by: {readonly name: string; readonly key: KeyObject} | undefined): RehearsalRecord {
  const digest = digestOf(bare);
  if (!by) return {...bare, digest, signed: null};
  const signature = signed({digest}, by.key, 'rehearsal');
  return {...bare, digest, signed: {by: by.name, key: publicKeyText(by.key), signature}};
}

const digestOf = (bare: Bare): string =>
  createHash('sha256')
    .update(serialize(bare) ?? '')
    .digest('hex');

/** `signer`: whom the plan knows by that key, and lets operate or approve. */
export type ReadRecord = {readonly record: RehearsalRecord; readonly signer: string | undefined};

/** Relative to the plan. */
export async function readRecord(file: string, planFile: string, people: readonly Person[]): Promise<ReadRecord> {
  const path = resolve(dirname(planFile), file);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw unusable(path, 'cannot be read', cause);
  });
  return checked(recordIn(text, path), path, people);
}

function recordIn(text: string, path: string): RehearsalRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unusable(path, 'holds no JSON', cause);
  }
  const isOne = typeof value === 'object' && value !== null && 'schemaVersion' in value && value.schemaVersion === 1 && 'digest' in value;
  if (!isOne) throw unusable(path, 'is no record of a rehearsal');
  return value as RehearsalRecord; // its digest tells whether it is what was written
}

function checked(record: RehearsalRecord, path: string, people: readonly Person[]): ReadRecord {
  const {digest, signed: by, ...bare} = record;
  if (digestOf(bare) !== digest) throw unusable(path, 'was altered after the rehearsal');
  if (by === null) return {record, signer: undefined};
  if (!isSignedBy({digest}, by.signature, by.key, 'rehearsal')) throw unusable(path, 'has a signature that is not of it');
  const person = people.find(({key}) => key === by.key);
  return {record, signer: person && person.role !== 'view' ? person.name : undefined};
}

const unusable = (path: string, why: string, cause?: unknown): TerminalError =>
  new TerminalError(`${path} ${why}`, {code: 'CF-REHEARSE-006', next: 'crossfade rehearse PLAN writes a record', cause});
