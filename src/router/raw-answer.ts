/** An answer as its server has sent it, with what each column is: what two servers of two engines can be compared by. */

export type RawAnswer = {
  readonly columns: readonly RawColumn[];
  readonly rows: readonly (readonly RawValue[])[];
};

/** Bytes only of `bytes` and `bits`. */
export type RawValue = string | Buffer | null;

/**
 * `kind` says what its values mean, by words of ours; `other` where nothing is known of that.
 * `offsetMs`: by how much times without a zone are ahead of UTC, where the server's session has one fixed offset.
 */
export type RawColumn = {readonly name: string; readonly kind: RawKind; readonly offsetMs?: number};

export type RawKind =
  | 'number'
  | 'boolean'
  | 'float'
  | 'double'
  | 'text'
  /** Ends in as many blanks as its column is wide. */
  | 'padded'
  | 'label'
  | 'labels'
  | 'array'
  | 'uuid'
  | 'bytes'
  | 'bits'
  | 'date'
  | 'datetime'
  /** A moment, told by the clock of the session. */
  | 'session-moment'
  /** A moment, told with its offset. */
  | 'moment'
  | 'time'
  | 'json'
  | 'other';
