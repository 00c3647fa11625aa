/** By the word that a plan writes. */
import {inProcess} from './in-process.ts';
import {kafka} from './kafka.ts';

export const relays = {'in-process': inProcess, kafka};
