/** Whether and how connections to brokers are encrypted. */
import {readFileSync} from 'node:fs';
import {TerminalError} from '../model/errors.ts';
import type {BrokerAccess} from './broker-client.ts';

/** What leaves the machine is encrypted and verified unless the plan says otherwise. */
export function encryption(brokers: readonly string[], tls: BrokerAccess['tls']): {readonly ca?: Buffer} | false {
  const isLocal = brokers.every((broker) => /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]):/.test(broker));
  if (tls?.mode === 'disable' || (!tls && isLocal)) return false;
  return tls?.ca === undefined ? {} : {ca: authority(tls.ca)};
}

function authority(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new TerminalError(`the authority ${file} cannot be read`, {
      code: 'CF-RELAY-002',
      cause,
      next: 'correct relay.tls.ca in the plan',
    });
  }
}
