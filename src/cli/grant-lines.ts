/** The grants of one side as a script to paste: by phase, with the reason as a comment, what is held already commented out. */
import type {Grant, ServerIdentity} from '../engine/engine.ts';
import type {Side} from '../model/side.ts';

export function grantLines(side: Side, {role, database}: Pick<ServerIdentity, 'role' | 'database'>, grants: readonly Grant[]): string[] {
  const missing = grants.filter(({isHeld}) => !isHeld).length;
  const state = missing === 0 ? 'nothing is missing' : `${missing} missing; an administrator runs this in database ${database}`;
  return [`-- ${side}: grants of ${role}: ${state}`, ...phasesOf(grants).flatMap((phase) => [`-- ${phase}`, ...ofPhase(grants, phase)])];
}

/** In the order in which a migration comes to them. */
const ORDER = ['assess', 'prepare-target', 'initial-load', 'cutover'];

const phasesOf = (grants: readonly Grant[]): string[] =>
  [...new Set(grants.map(({phase}) => phase))].toSorted((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));

const ofPhase = (grants: readonly Grant[], phase: string): string[] =>
  grants
    .filter((grant) => grant.phase === phase)
    .map(({statement, why, isHeld, isOptional}) => {
      const reason = `${why}${isOptional ? ' (optional)' : ''}`;
      return isHeld ? `-- held: ${statement} -- ${reason}` : `${statement} -- ${reason}`;
    });
