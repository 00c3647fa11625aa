import type {Loss} from '../type-choice.ts';
/** Texts that PostgreSQL has no place for, by the character set they are in. */

export const textConditions = (characterSet: string | null): readonly Loss[] => [
  NUL_BYTES,
  ...(characterSet?.startsWith('utf8') ? [surrogates] : []),
];

/** Of the bytes: to some collations a NUL is no sign at all, so that LOCATE of a text would find one everywhere. */
const NUL_BYTES: Loss = {
  what: 'NUL bytes in texts (H-48)',
  where: (c) => `LOCATE(X'00', CAST(CONVERT(${c} USING utf8mb4) AS BINARY)) > 0`,
  becomes: 'the text without them',
};

/** The servers take the bytes of half a pair for a sign; nobody else does. */
const surrogates: Loss = {
  what: 'invalid UTF-8 (H-47)',
  where: (c) => `HEX(${c}) REGEXP '^(..)*ED[AB]'`,
  becomes: 'refused in any case: give the column a transform, or mend the rows',
};
