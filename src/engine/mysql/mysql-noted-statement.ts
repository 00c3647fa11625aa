/** A statement of an operator's own, once: what changes rows commits with its record, DDL is noted before it and after it. */
import {createHash} from 'node:crypto';
import {errorText, isCoded, TerminalError} from '../../model/errors.ts';
import type {MigrationRef} from '../engine.ts';
import type {Noted} from './mysql-change.ts';
import {isPassing} from './mysql-errors.ts';
import {ownTransaction} from './mysql-own-transaction.ts';
import {scriptStatements} from './mysql-script.ts';
import type {MySession} from './mysql-session.ts';
import {note, runDdl, stateOf} from './mysql-statement-place.ts';

/** `file`: what the change is recorded by. */
export const runNoted = async (session: MySession, migration: MigrationRef, file: string, {text, place}: Noted): Promise<void> => {
  const at = {file, place, digest: createHash('sha256').update(text).digest('hex')};
  try {
    const state = await stateOf(session, migration, at);
    if (state === 'done' || state === 'another') return; // a plan that was changed is no longer this one
    if (scriptStatements(text)[0]?.kind !== 'rows') return await runDdl(session, migration, at, text, state);
    await ownTransaction(session, async () => {
      await note(session, migration, at, true);
      await session.query(text);
    });
  } catch (error) {
    if (isCoded(error) || isPassing(error)) throw error;
    throw new TerminalError(`${file}: ${errorText(error)}: ${text.slice(0, SHOWN_MAX)}`, {
      code: 'CF-TGT-004',
      cause: error,
      next: 'remove what it complains of, then crossfade resume; or crossfade abort',
    });
  }
};

const SHOWN_MAX = 80;
