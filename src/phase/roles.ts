/** Which side a cutover closes and which it opens, and how a hold on the closing one is ended. */
import type {Database} from '../engine/engine.ts';
import {opposite, origin, type Direction, type Side} from '../model/side.ts';
import type {PhaseContext} from './phase.ts';

/** Who plays which part in one direction. */
export type Roles = {
  readonly direction: Direction;
  readonly closing: Database;
  readonly opening: Database;
  readonly closingSide: Side;
  readonly openingSide: Side;
};

export const rolesOf = (context: Pick<PhaseContext, 'source' | 'target'>, direction: Direction): Roles => {
  const closingSide = origin(direction);
  const openingSide = opposite(closingSide);
  return {direction, closingSide, openingSide, closing: context[closingSide], opening: context[openingSide]};
};

/** Ends a hold of the switches; they keep leading where they led. */
export const endHold = async (context: PhaseContext, roles: Roles, attempt: number): Promise<void> => {
  await Promise.all(context.switches.map((one) => one.resume({epoch: attempt, side: roles.closingSide})));
};
