/**
 * What becomes of a column that the plan says nothing about. It errs on the safe side: a text is personal unless its name
 * says that it is a word of the application's own, and what nothing is known of does not come along.
 */
import type {ColumnDisguise} from '../model/column-disguise.ts';
import type {Column} from '../model/table.ts';
import {typedOf, type ValueKind} from './value-kind.ts';

/** Undefined: the plan has to say it. */
export function defaultDisguise(column: Pick<Column, 'name' | 'type' | 'base' | 'notNull'>): ColumnDisguise | undefined {
  const {kind, isList} = typedOf(column);
  const words = wordsOf(column.name);
  const chosen = BY_KIND[kind](words, column);
  return isList && chosen && !ONE_BY_ONE.has(chosen.kind) ? BY_KIND.other(words, column) : chosen;
}

type Choice = (words: readonly string[], column: Pick<Column, 'notNull'>) => ColumnDisguise | undefined;

const KEEP: ColumnDisguise = {kind: 'keep'};
const FAKE: ColumnDisguise = {kind: 'fake'};
const RANGE: ColumnDisguise = {kind: 'range'};
const SHUFFLE: ColumnDisguise = {kind: 'shuffle'};
/** What can be done to the parts of a list. */
const ONE_BY_ONE: ReadonlySet<ColumnDisguise['kind']> = new Set(['keep', 'fake', 'shuffle']);

const byNumber: Choice = (words) => {
  if (has(words, IDENTIFYING)) return FAKE;
  if (has(words, MEASURED)) return RANGE;
  return has(words, SENSITIVE) ? SHUFFLE : KEEP;
};
const bySensitivity: Choice = (words) => (has(words, SENSITIVE) ? SHUFFLE : KEEP);
/** A value that is made up may be none of the type's. */
const byAnyWord: Choice = (words) => ([SENSITIVE, IDENTIFYING, MEASURED, OF_A_LIFE].some((list) => has(words, list)) ? SHUFFLE : KEEP);

const BY_KIND: Readonly<Record<ValueKind, Choice>> = {
  truth: bySensitivity,
  label: bySensitivity,
  few: byAnyWord,
  number: byNumber,
  time: (words) => (has(words, OF_A_LIFE) ? RANGE : KEEP),
  duration: () => KEEP,
  uuid: () => ({kind: 'hash'}),
  text: (words) => (isOwnWord(words) ? KEEP : FAKE),
  json: () => FAKE,
  bytes: () => FAKE,
  network: () => FAKE,
  other: (_, {notNull}) => (notNull ? undefined : {kind: 'null'}),
};

/** `homePhone_2` → home, phone. */
export const wordsOf = (name: string): readonly string[] =>
  name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '');

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Numbers that name a person as well as a name does. */
const IDENTIFYING = words(
  'phone phones mobile cell tel telephone fax ssn sin nin tin tax vat passport licence license iban bic account card pan cvv cvc pin ' +
    'social insurance national zip postal postcode imei imsi msisdn personal citizen patient member taxpayer contact',
);
const MEASURED = words(
  'salary salaries wage wages income pay bonus pension age weight height bmi lat latitude lon lng longitude iq score rating wealth debt',
);
const SENSITIVE = words(
  'gender sex sexual religion religious faith ethnicity ethnic race racial disability disabled pregnant pregnancy hiv health diagnosis ' +
    'medical blood orientation political party union criminal convicted vaccinated marital',
);
const OF_A_LIFE = words('birth born birthday birthdate dob death died deceased dod diagnosed admitted discharged hired');
/** The last word of a name whose texts come from the application, not from people. */
const OWN = words(
  'status kind type currency locale language lang timezone unit units sku category level priority version format method channel plan tier ' +
    'mode stage color colour',
);
/** A word that makes a text personal whatever stands behind it. */
const PERSONAL = words(
  'name first last middle maiden nick email mail user login address street city person customer contact note notes comment message ' +
    'password secret token key card owner author title',
);

const has = (of: readonly string[], list: ReadonlySet<string>): boolean => of.some((word) => list.has(word));

const isOwnWord = (of: readonly string[]): boolean =>
  OWN.has(of.at(-1) ?? '') && ![PERSONAL, IDENTIFYING, SENSITIVE, OF_A_LIFE].some((list) => has(of, list));
