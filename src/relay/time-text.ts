/**
 * How PostgreSQL prints moments that Debezium sends as numbers. Its numbers for what is before year 1 are not to be trusted:
 * infinities are sentinels, and moments that they cannot hold come back negative. So all of that has no text here.
 */

const MICROSECONDS_A_DAY = 86_400_000_000n;
/** 1 January of year 1, in days since 1970. */
const DAY_MIN = -719_162;
/** 31 December 5874897, the last that PostgreSQL has. */
const DAY_MAX = 2_145_042_905;
/** What Debezium sends for `infinity`; later moments come back negative, and earlier ones are as they are. */
const MOMENT_END = 9_223_372_036_825_200_000n;
const MOMENT_MIN = BigInt(DAY_MIN) * MICROSECONDS_A_DAY;

/** `days` since 1970. */
export const dateText = (days: number): string | undefined => {
  if (!(days >= DAY_MIN && days <= DAY_MAX)) return undefined;
  const {year, month, day} = civil(days);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
};

export const timestampText = (microseconds: bigint): string | undefined => {
  if (microseconds < MOMENT_MIN || microseconds >= MOMENT_END) return undefined;
  const within = ((microseconds % MICROSECONDS_A_DAY) + MICROSECONDS_A_DAY) % MICROSECONDS_A_DAY;
  return `${dateText(Number((microseconds - within) / MICROSECONDS_A_DAY))} ${clockText(within)}`;
};

/** Up to 24:00:00, which is another time than 00:00:00. */
export const timeText = (microseconds: bigint): string | undefined =>
  microseconds >= 0n && microseconds <= MICROSECONDS_A_DAY ? clockText(microseconds) : undefined;

const ZONED = /^\+?(\d{4,6})-(\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/;

/** Of the UTC text that Debezium sends; a year before 1 has a sign. */
export const zonedText = (text: string): string | undefined => {
  if (text === 'infinity' || text === '-infinity') return text;
  const [, year, day, time, fraction = ''] = ZONED.exec(text) ?? [];
  return year === undefined || Number(year) === 0 ? undefined : `${year}-${day} ${time}${withPoint(fraction)}+00`;
};

const PERIOD = /^P(-?\d+)Y(-?\d+)M(-?\d+)DT(-?\d+)H(-?\d+)M(-?\d+(?:\.\d+)?)S$/;

/** PostgreSQL's own ISO 8601 leaves out what is zero. Debezium sends both infinities as the interval of nothing. */
export const intervalText = (text: string): string | undefined => {
  const parts = PERIOD.exec(text)?.slice(1).map(withoutZeros);
  if (!parts || parts.every((part) => part === '')) return undefined;
  const [years = '', months = '', days = '', hours = '', minutes = '', seconds = ''] = parts;
  const date = [named(years, 'Y'), named(months, 'M'), named(days, 'D')].join('');
  const time = [named(hours, 'H'), named(minutes, 'M'), named(seconds, 'S')].join('');
  return `P${date}${time && `T${time}`}`;
};

/** Empty when it is zero. */
const withoutZeros = (part: string): string => {
  const short = part.includes('.') ? part.replace(/\.?0+$/, '') : part;
  return /^-?0$/.test(short) ? '' : short;
};
const named = (amount: string, letter: string): string => (amount === '' ? '' : `${amount}${letter}`);

function clockText(microseconds: bigint): string {
  const seconds = Number(microseconds / 1_000_000n);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':');
  return `${clock}${withPoint(String(microseconds % 1_000_000n).padStart(6, '0'))}`;
}

const withPoint = (fraction: string): string => {
  const short = fraction.replace(/0+$/, '');
  return short && `.${short}`;
};
const two = (n: number): string => String(n).padStart(2, '0');

/** The calendar repeats itself every 400 years, which are 146,097 days; years begin in March here, so that a leap day is the last. */
function civil(days: number): {year: number; month: number; day: number} {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  };
}
