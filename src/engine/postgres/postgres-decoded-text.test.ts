import {expect, it} from 'vitest';
import {decodedChange} from './postgres-decoded-text.ts';

const table = {schema: 'shop', name: 'orders'};

it('reads every kind of value', () => {
  const columns = [
    "id[bigint]:7 note[text]:'it''s [b]: \"new-tuple: x\"' rate[numeric]:NaN amount[numeric]:-1.50 gone[text]:null",
    "large[text]:unchanged-toast-datum paid[boolean]:true open[boolean]:false bits[bit varying]:B'101' empty[text]:''",
    'tags[text[]]:\'{"a b",c}\' "Odd ""name"[shop."gra]de"]:\'low\'',
  ].join(' ');
  expect(decodedChange(`table shop.orders: INSERT: ${columns}`)).toEqual({
    table,
    kind: 'insert',
    old: undefined,
    row: {
      ...{id: '7', note: 'it\'s [b]: "new-tuple: x"', rate: 'NaN', amount: '-1.50', gone: null},
      ...{paid: 't', open: 'f', bits: '101', empty: '', tags: '{"a b",c}', 'Odd "name': 'low'},
    },
  });
});

it('tells the old key from the new row, and what is left of a deleted one', () => {
  const moved = "table shop.orders: UPDATE: old-key: id[bigint]:1 code[text]:' new-tuple: ' new-tuple: id[bigint]:2 code[text]:'b'";
  expect(decodedChange(moved)).toEqual({table, kind: 'update', old: {id: '1', code: ' new-tuple: '}, row: {id: '2', code: 'b'}});
  expect(decodedChange("table shop.orders: UPDATE: id[bigint]:2 code[text]:'b'")).toMatchObject({old: undefined, row: {id: '2'}});
  expect(decodedChange('table shop.orders: DELETE: id[bigint]:2')).toEqual({table, kind: 'delete', old: {id: '2'}, row: undefined});
  expect(decodedChange('table shop.orders: DELETE: (no-tuple-data)')).toMatchObject({kind: 'delete', old: undefined});
  expect(decodedChange('table "My shop"."a.b": DELETE: id[bigint]:2')?.table).toEqual({schema: 'My shop', name: 'a.b'});
  expect(decodedChange('table shop.orders, shop.people: TRUNCATE: (no-flags)')).toBeUndefined();
});

it('says where it fails, and never what stands there', () => {
  expect(() => decodedChange("table shop.orders: INSERT: note[text]:'Annabella")).toThrow(/^a quoted word has no end at character \d+$/);
  expect(() => decodedChange('Annabella')).toThrow('a change cannot be read at character 0');
});
