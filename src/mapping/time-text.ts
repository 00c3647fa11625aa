/** Dates and times as the two servers print them: MySQL with all digits of the fraction, PostgreSQL without its last zeros. */

/** Undefined for zero and partial dates, and for days that no calendar has (ALLOW_INVALID_DATES). */
export const dateText = (text: string): string | undefined => {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!found) return undefined;
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])];
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month) ? text : undefined;
};

export const daysOf = (year: number, month: number): number => {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
};

/** `2024-01-02 03:04:05.120000` becomes `2024-01-02 03:04:05.12`. */
export const momentText = (text: string): string | undefined => {
  const [date = '', time = '', ...rest] = text.split(' ');
  const clock = clockText(time);
  return rest.length || dateText(date) === undefined || clock === undefined ? undefined : `${date} ${clock}`;
};

/** The same back, with `digits` of fraction; undefined for what MySQL has no place for (infinity, BC, years past 9999). */
export const mysqlMoment = (text: string, digits: number): string | undefined => {
  const [date = '', time = '', ...rest] = text.split(' '); // `0044-03-15 00:00:00 BC`
  const clock = mysqlClock(time, digits);
  return rest.length || dateText(date) === undefined || clock === undefined ? undefined : `${date} ${clock}`;
};

/** A time of day. */
export const clockText = (text: string): string | undefined => {
  const found = /^([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,6}))?$/.exec(text);
  return found ? `${found[1]}:${found[2]}:${found[3]}${fraction(found[4])}` : undefined;
};

export const mysqlClock = (text: string, digits: number): string | undefined =>
  clockText(text) === undefined ? undefined : withDigits(text, digits);

/** `-101:00:05.50` becomes `PT-101H-5.5S`, as PostgreSQL prints intervals in our sessions (IntervalStyle iso_8601). */
export const intervalText = (text: string): string | undefined => {
  const found = /^(-?)(\d{2,3}):([0-5]\d):([0-5]\d)(?:\.(\d{1,6}))?$/.exec(text);
  if (!found) return undefined;
  const [, sign = '', hours, minutes, seconds, digits] = found;
  const part = (amount: string, unit: string): string => (Number(amount) === 0 ? '' : `${sign}${amount.replace(/^0+(?=\d)/, '')}${unit}`);
  const parts = part(hours ?? '', 'H') + part(minutes ?? '', 'M') + part(`${seconds}${fraction(digits)}`, 'S');
  return `PT${parts || '0S'}`;
};

/** Undefined for intervals with days, months or years, and for those past 838:59:59. */
export const mysqlTime = (text: string, digits: number): string | undefined => {
  const found = /^PT(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?\d+(?:\.\d{1,6})?)S)?$/.exec(text);
  if (!found) return undefined;
  const parts = [found[1] ?? '', found[2] ?? '', found[3] ?? ''];
  const sign = parts.some((part) => part.startsWith('-')) ? '-' : '';
  const [hours = '', minutes = '', seconds = ''] = parts.map((part) => part.replace('-', ''));
  const [whole = '', micros = ''] = seconds.split('.');
  if (Number(hours) > 838) return undefined;
  const clock = `${hours.padStart(2, '0')}:${minutes.padStart(2, '0')}:${whole.padStart(2, '0')}`;
  return `${sign}${withDigits(micros ? `${clock}.${micros}` : clock, digits)}`;
};

const fraction = (digits = ''): string => {
  const kept = digits.replace(/0+$/, '');
  return kept && `.${kept}`;
};

/** More digits than the column has would be rounded by the server: the caller sees that they do not come back. */
const withDigits = (text: string, digits: number): string => {
  const [clock = '', micros = ''] = text.split('.');
  return digits === 0 ? clock : `${clock}.${micros.padEnd(digits, '0').slice(0, digits)}`;
};
