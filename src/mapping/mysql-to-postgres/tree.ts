/** What MySQL's expressions and queries are when they have been read. */
export type Expression =
  | {readonly kind: 'literal'; readonly type: 'number' | 'text' | 'bytes' | 'word'; readonly text: string}
  /** The last part is the column's name. */
  | {readonly kind: 'column'; readonly path: readonly string[]}
  | {readonly kind: 'call'; readonly name: string; readonly operands: readonly Expression[]}
  | {readonly kind: 'operator'; readonly name: string; readonly operands: readonly Expression[]}
  | {
      readonly kind: 'case';
      readonly subject: Expression | undefined;
      readonly whens: readonly When[];
      readonly otherwise: Expression | undefined;
    }
  | {readonly kind: 'cast'; readonly operand: Expression; readonly type: string}
  | {readonly kind: 'interval'; readonly amount: Expression; readonly unit: string}
  | Aggregate
  | WindowCall
  /** In brackets, or behind EXISTS. */
  | {readonly kind: 'query'; readonly query: Query; readonly isExists: boolean};
/** `operand` is absent in COUNT(*). */
export type Aggregate = {
  readonly kind: 'aggregate';
  readonly name: string;
  readonly isDistinct: boolean;
  readonly operand: Expression | undefined;
  readonly order: readonly Ordered[];
  readonly separator: string;
};
/** `of` is an aggregate or a function of windows only. */
export type WindowCall = {
  readonly kind: 'window';
  readonly of: Aggregate | {readonly kind: 'call'; readonly name: string; readonly operands: readonly Expression[]};
  readonly partition: readonly Expression[];
  readonly order: readonly Ordered[];
  /** As PostgreSQL writes it; empty: what both take by themselves. */
  readonly frame: string;
};
export type Ordered = {readonly by: Expression; readonly isDescending: boolean};
export type When = {readonly when: Expression; readonly result: Expression};

export type Query = {
  /** Of a UNION several; `isAll` says of each but the first whether rows that are there twice stay. */
  readonly selects: readonly (Select & {readonly isAll: boolean})[];
  readonly order: readonly Ordered[];
  readonly limit: {readonly count: string; readonly offset: string} | undefined;
};

export type Select = {
  readonly isDistinct: boolean;
  readonly items: readonly {readonly expression: Expression; readonly name: string}[];
  readonly from: Source | undefined;
  readonly where: Expression | undefined;
  readonly group: readonly Expression[];
  readonly having: Expression | undefined;
};

export type Source =
  | {readonly kind: 'table'; readonly schema: string; readonly table: string; readonly alias: string}
  | {readonly kind: 'query'; readonly query: Query; readonly alias: string}
  | {readonly kind: 'join'; readonly type: string; readonly left: Source; readonly right: Source; readonly on: Expression | undefined};
