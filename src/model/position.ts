/**
 * A place in a change stream: LSN, GTID set, resume token, offset. Opaque outside its engine: only the engine that
 * made it may compare it or look inside.
 */
export type Position = string & {readonly position: unique symbol};
