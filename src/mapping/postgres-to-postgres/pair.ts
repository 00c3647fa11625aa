import type {EnginePair} from '../engine-pair.ts';
import {rename} from '../rename.ts';
import {wayBackOf} from './types.ts';

/** The same values on both sides, whatever their column is called and however wide it is. */
export const postgresToPostgres: EnginePair = {
  column: (_, rule) => rename(rule),
  wayBackOf,
  comparable: [
    {type: /^(?:smallint|integer|bigint)$/, text: /^(?:0|-?[1-9]\d*)$/},
    {type: /^(?:text|character varying(?:\(\d+\))?)$/, text: /^/},
    {type: /^uuid$/, text: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/},
    {type: /^date$/, text: /^\d{4}-\d{2}-\d{2}$/},
  ],
};
