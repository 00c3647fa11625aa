/**
 * The forms in which a value of one kind and its like of another are the same text. What is exact may be called equal. The
 * coarse form is the same for all values that could mean the same: it alone proves a difference.
 */
import type {RawColumn, RawKind, RawValue} from './raw-answer.ts';
import {arrayText, clockText, decimalText, jsonText, momentText, secondsText} from './raw-texts.ts';

/** Without `exact` it cannot be called equal to anything, without `coarse` not different from anything. */
export type Form = {readonly exact: string | undefined; readonly coarse: string | undefined};
/** Undefined: this value cannot be compared with any. */
export type FormOf = (value: Exclude<RawValue, null>) => Form | undefined;
/** Of the source's values and of the target's. */
export type Forms = readonly [FormOf, FormOf];

/** Undefined where nothing is known of such a pair. */
export const formsOf = (source: RawColumn, target: RawColumn): Forms | undefined =>
  source.kind === 'session-moment' && target.kind === 'moment' ? moments(source) : RULES[`${source.kind} ${target.kind}`];

type Text = (text: string) => string | undefined;

/** One text is both forms. */
const by =
  (text: Text): FormOf =>
  (value) => {
    const form = text(typeof value === 'string' ? value : value.toString('hex'));
    return form === undefined ? undefined : {exact: form, coarse: form};
  };

const both = (text: Text): Forms => [by(text), by(text)];

const same: Text = (text) => text;
/** Not as a role with another DateStyle is told it. */
const isoDate: Text = (text) => (/^\d{4}-\d\d-\d\d$/.test(text) ? text : undefined);
const hexOf: Text = (text) => Buffer.from(text, 'utf8').toString('hex');
/** Not the older form, in which a server prints them where it is told to. */
const byteaHex: Text = (text) => (text.startsWith('\\x') ? text.slice(2) : undefined);
const bare: Text = (text) => text.toLowerCase().replaceAll('-', '');
const truth: Text = (text) => (text === 't' ? decimalText('1') : decimalText('0'));
const bits: Text = (text) => text.replace(/^0+/, '');
const bitFlag: Text = (text) => decimalText(bits(text) === '' ? '0' : '1');
const trimmed: Text = (text) => text.replace(/ +$/, '');

/** Any number but zero may have become true, and only 1 is what true would be told as. */
const flag: FormOf = (value) => {
  const isPlain = value === '0' || value === '1';
  const coarse = decimalText(Number(value) === 0 ? '0' : '1') ?? '';
  return {exact: isPlain ? coarse : undefined, coarse};
};

/** The target fills up with blanks, so blanks at the end of the source's cannot be told. */
const unpadded: FormOf = (value) => {
  const [text, coarse] = [String(value), trimmed(String(value)) ?? ''];
  return {exact: coarse === text ? text : undefined, coarse};
};

const PLACES = {double: 12, float: 6} as const;
const rounded = (text: string, places: number): string => {
  const number = Number(text);
  return Number.isFinite(number) ? (number === 0 ? '0' : number.toPrecision(places)) : text;
};

/** So near to the middle between two of them that a server could take either; relative. */
const IN_THE_MIDDLE = {double: 1e-13, float: 1e-9} as const;
const certain = (number: number, kind: keyof typeof PLACES): string | undefined => {
  const [below, above] = [-1, 1].map((sign) => rounded(String(number * (1 + sign * IN_THE_MIDDLE[kind])), PLACES[kind]));
  return below === above ? below : undefined;
};

/** The last digits depend on the order in which a server has added. */
const double: FormOf = (value) => ({exact: String(Number(value)), coarse: certain(Number(value), 'double')});
const roughly: FormOf = (value) => ({exact: undefined, coarse: certain(Number(value), 'double')});
/** MySQL shows no more than six digits of it. */
const float: FormOf = (value) => ({exact: undefined, coarse: certain(Math.fround(Number(value)), 'float')});

/** An empty one may be none of the members, which has become NULL. */
const label: Text = (text) => text || undefined;

/** Zero and impossible dates have become NULL, or what the plan says. */
const dated =
  (text: Text): Text =>
  (value) =>
    /^0000|-00/.test(value) ? undefined : text(value);

/** Documents that differ in digits that a floating point number does not hold cannot be told apart. */
const json: FormOf = (value) => {
  const exact = jsonText(String(value), (number) => decimalText(number) ?? number);
  const coarse = jsonText(String(value), (number) => rounded(number, PLACES.double));
  return coarse === undefined ? undefined : {exact, coarse};
};

/** Where a session's clock is not always as far from UTC, what it shows can be two moments. */
const moments = ({offsetMs}: RawColumn): Forms | undefined =>
  offsetMs === undefined ? undefined : [by(dated((text) => momentText(text, offsetMs))), by((text) => momentText(text, undefined))];

const RULES: Readonly<Partial<Record<`${RawKind} ${RawKind}`, Forms>>> = {
  'number number': both(decimalText),
  'number boolean': [flag, by(truth)],
  'number double': [roughly, roughly],
  'double number': [roughly, roughly],
  'double double': [double, double],
  'float float': [float, float],
  'float double': [float, float],
  'bits boolean': [by(bitFlag), by(truth)],
  'bits bits': both(bits),
  'text text': both(same),
  'text padded': [unpadded, by(trimmed)],
  'text label': both(same),
  'text uuid': both(bare),
  'text json': [json, json],
  'label label': [by(label), by(same)],
  'label text': [by(label), by(same)],
  'labels array': [by(same), by(arrayText)],
  'labels text': both(same),
  'bytes bytes': [by(same), by(byteaHex)],
  'bytes text': [by(same), by(hexOf)],
  'bytes uuid': [by(same), by(bare)],
  'json json': [json, json],
  'json text': [json, json],
  'date date': [by(dated(isoDate)), by(isoDate)],
  'datetime datetime': [by(dated(secondsText)), by(secondsText)],
  'time time': both(clockText),
};
