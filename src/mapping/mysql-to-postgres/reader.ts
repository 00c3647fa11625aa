/** Tokens of MySQL taken one after the other; queries in brackets are read by whoever knows queries. */
import {NotUnderstood, TokenReader} from '../token-reader.ts';
import type {Token} from './tokens.ts';
import type {Query} from './tree.ts';

export class Reader extends TokenReader<Token> {
  readonly #query: (reader: Reader) => Query;

  /** `query` reads one that stands in brackets. */
  constructor(all: readonly Token[], query: (reader: Reader) => Query = refuseQuery) {
    super(all);
    this.#query = query;
  }

  /** Of WITH, by their names, where one may be read from here on. */
  commonTables: ReadonlyMap<string, Query> = new Map();

  query(): Query {
    return this.#query(this);
  }
}

const refuseQuery = (): never => {
  throw new NotUnderstood('a query in this place');
};
