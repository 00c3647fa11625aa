import {checksum} from './checksum.ts';
import {rowCount} from './row-count.ts';
import {sample} from './sample.ts';
import type {Verifier} from './verifier.ts';

/** By the word a plan or a flag uses. */
export const verifiers = {checksum, 'row-count': rowCount, sample} satisfies Record<string, Verifier>;
