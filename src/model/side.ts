/** Where data comes from and goes to. The names stay after cutover, even while data flows back. */
export type Side = 'source' | 'target';
export const SIDES: readonly Side[] = ['source', 'target'];

export const opposite = (side: Side): Side => (side === 'source' ? 'target' : 'source');

/** `forward` carries changes from source to target, `reverse` from target to source. */
export type Direction = 'forward' | 'reverse';

/** The side a direction reads from. */
export const origin = (direction: Direction): Side => (direction === 'forward' ? 'source' : 'target');

/** The direction that reads from a side: of the open one it carries what users write. */
export const directionFrom = (side: Side): Direction => (side === 'source' ? 'forward' : 'reverse');
