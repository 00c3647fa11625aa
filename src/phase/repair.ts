/**
 * Heals rows that differ: each is read again from the open side through the stream's own applier. Its cause is told
 * before, because the repair itself touches the row (hazards §4.5).
 */
import type {RepairedRows} from '../model/repair-cause.ts';
import {nameOf} from '../model/table.ts';
import type {Link} from '../pipeline/replication.ts';
import {type Difference, hashedKey, type VerifyReport} from '../verify/verifier.ts';
import type {Told} from './repair-cause.ts';

/** Of one table and cause: an entry of the journal has to stay small enough to be copied to both databases. */
const KEYS_MAX = 10_000;

type Groups = Map<string, {readonly table: string; readonly told: Told; rows: number; readonly keys: Set<string>}>;

/** The rounds of one repair: a comparison names the first of many. */
export class Repairs {
  readonly #seeded: ReadonlySet<string>;
  readonly #all: Groups = new Map();
  /** Read again; a row that differed once more counts once more. */
  rows = 0;

  /** `seeded`: hashed keys of rows that a drill has changed on purpose. */
  constructor(seeded: ReadonlySet<string>) {
    this.#seeded = seeded;
  }

  /** Why the rows that are named in `report` differ. */
  tell(report: VerifyReport, causeOf: (difference: Difference) => Told): readonly RepairedRows[] {
    const round: Groups = new Map();
    for (const difference of namedIn(report)) {
      const hashed = hashedKey(difference.table, difference.key);
      const told = this.#seeded.has(hashed) ? SEEDED : causeOf(difference);
      for (const groups of [round, this.#all]) add(groups, nameOf(difference.table), told, hashed);
    }
    return listOf(round);
  }

  /** Resolves when all of them are durable. */
  async heal(link: Link, report: VerifyReport, signal: AbortSignal): Promise<void> {
    const differences = namedIn(report);
    await link.readAgain(differences, signal);
    this.rows += differences.length;
  }

  list(): readonly RepairedRows[] {
    return listOf(this.#all);
  }
}

const SEEDED: Told = {cause: 'seeded', why: 'a drill has changed it on purpose'};

const namedIn = ({tables}: VerifyReport): readonly Difference[] => tables.flatMap(({differences}) => differences);

const add = (groups: Groups, table: string, told: Told, hashed: string): void => {
  const id = JSON.stringify([table, told.cause, told.why]);
  const group = groups.get(id) ?? {table, told, rows: 0, keys: new Set<string>()};
  groups.set(id, group);
  group.rows += 1;
  if (group.keys.size < KEYS_MAX) group.keys.add(hashed);
};

const listOf = (groups: Groups): readonly RepairedRows[] =>
  [...groups.values()].map(({table, told, rows, keys}) => ({table, ...told, rows, keys: [...keys]}));
