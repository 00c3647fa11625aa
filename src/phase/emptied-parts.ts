/**
 * Finds tables whose partitions were emptied one by one: the stream of a table published through its root does not say
 * so (H-14). Asked by the standing verification, before it trusts that only what the stream brought has changed.
 */
import type {Database} from '../engine/engine.ts';
import {nameOf, type TableName} from '../model/table.ts';
import {type Direction, origin, type Side} from '../model/side.ts';
import type {Link} from '../pipeline/replication.ts';
import type {PhaseContext} from './phase.ts';

/** By the table's name on the receiving side. */
type Parts = ReadonlyMap<string, {readonly table: TableName; readonly files: string}>;

export class EmptiedParts {
  readonly #context: Pick<PhaseContext, 'source' | 'target' | 'mappings'>;
  /** As of the newest clean comparison of each table, by the side that is read. */
  readonly #known: Readonly<Record<Side, Map<string, string>>> = {source: new Map(), target: new Map()};

  /** Names of tables that a part of was found emptied, until they are compared clean. */
  readonly emptied = new Set<string>();

  constructor(context: Pick<PhaseContext, 'source' | 'target' | 'mappings'>) {
    this.#context = context;
  }

  /** To be read before a comparison reads its first row; `passed` wants the answer when that was clean. */
  async read(direction: Direction): Promise<Parts> {
    const mappings = await this.#context.mappings(direction);
    const files = await this.#sender(direction).compare.partFiles?.(mappings.map(({from}) => from));
    return new Map(
      mappings.flatMap(({from, to: {name: table}}) => {
        const found = files?.get(nameOf(from.name));
        return found === undefined ? [] : [[nameOf(table), {table, files: found}] as const];
      }),
    );
  }

  passed(direction: Direction, parts: Parts, tables: readonly TableName[]): void {
    for (const name of tables.map(nameOf)) {
      const found = parts.get(name);
      if (found) this.#known[origin(direction)].set(name, found.files);
      this.emptied.delete(name);
    }
  }

  /** All of a table counts as changed where a part of it was emptied, or written anew, since it was compared. */
  async tell({direction, changed}: Pick<Link, 'direction' | 'changed'>): Promise<void> {
    const known = this.#known[origin(direction)];
    for (const [name, {table, files}] of await this.read(direction)) {
      const was = known.get(name);
      known.set(name, files);
      if (was === undefined || was === files) continue;
      this.emptied.add(name);
      changed.truncate(table);
    }
  }

  /** Both sides stand still and are equal: from now on the other one is read. */
  async turn(direction: Direction): Promise<void> {
    const parts = await this.read(direction);
    this.passed(
      direction,
      parts,
      [...parts.values()].map(({table}) => table),
    );
  }

  #sender(direction: Direction): Database {
    return this.#context[origin(direction)];
  }
}
