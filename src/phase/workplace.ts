/** Where the operations of a change in place are carried out: its one database is both sides of the context. */
import type {Workplace} from '../operation/operation.ts';
import type {PhaseContext} from './phase.ts';

export const workplaceOf = ({source, epoch, telemetry, signal}: PhaseContext): Workplace => ({
  database: source,
  epoch,
  note: (text) => telemetry.note(text),
  signal,
});
