import {errorText, isCoded, TerminalError, TransientError} from '../model/errors.ts';
import type {SideSession, Sessions} from './sessions.ts';

/** Lends a session; what a server answers becomes an error that tells "could not compare" from "try again". */
export const comparingWhere =
  (isPassing: (error: unknown) => boolean) =>
  <S extends SideSession, T>(what: string, sessions: Sessions<S>, act: (session: S) => Promise<T>): Promise<T> =>
    sessions.use(act).catch((error: unknown) => {
      if (isCoded(error)) throw error;
      const said = `${what} on the ${sessions.options.side} could not be read: ${errorText(error)}`;
      if (isPassing(error))
        throw new TransientError(said, {
          code: 'CF-CONN-004',
          cause: error,
          next: 'it is read again by itself; if it stays, check the server',
        });
      throw new TerminalError(said, {
        code: 'CF-VERIFY-002',
        cause: error,
        next: 'make the table readable and alike on both sides, then verify again',
      });
    });
