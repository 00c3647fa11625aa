/**
 * Texts that servers of different engines can each make of their own column, so that they hash rows and only hashes travel
 * (hazards §4.4). One promise carries it: where the texts of two columns of a pair are equal, so are the values, by the
 * mapping of the pair. The other way round it need not hold: rows whose texts differ are read and compared through the mapping.
 */
export type TextForm =
  /** As both print it, in signs that never are a comma or a tilde: integers, decimals of one scale, dates, uuids. */
  | 'plain'
  /** A decimal without the zeros at its end. */
  | 'shortest-decimal'
  /** The 64 bits of the number, in 16 hexadecimal digits: the two spell numbers differently (H-36). A zero has no sign. */
  | 'double'
  /** Without the zeros at the end of the fraction, as PostgreSQL prints it. */
  | 'moment'
  /** The same in UTC, with `+00` behind it. */
  | 'utc-moment'
  /** A time of day, fraction as above; the hour 24 is equal to nothing. */
  | 'clock'
  /** Seconds with six digits behind the point. An interval with days or months is equal to nothing. */
  | 'seconds'
  /** 0 or 1. */
  | 'flag'
  /** As many digits 0 and 1 as the column has bits. */
  | 'bits'
  /** 32 hexadecimal digits. */
  | 'uuid-digits'
  /** Members without a comma, a space or anything else that an array puts into quotes. */
  | 'members'
  | 'text'
  | 'bytes'
  /** As both print what they keep of a document, which of numbers with an exponent is not the same. */
  | 'json';

/** Characters, or bytes, above which a value stands for itself by its length and hash. */
export const FORM_LENGTH_MAX = 65_536;

/** `isLoose`: of many rows the texts may differ and the values not. */
export type ColumnForm = {readonly form: TextForm; readonly isLoose: boolean};

/** Of a table's written columns, in order. */
export type TextForms = {readonly forms: readonly TextForm[]; readonly isLoose: boolean};
