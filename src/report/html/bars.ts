/** Charts without a script: bars on one scale, which print well. */
import {html, type Markup} from './markup.ts';

export type Bar = {
  readonly label: string;
  /** Where it begins and how long it is, on the scale of all bars together. */
  readonly from: number;
  readonly length: number;
  readonly words: string;
  readonly kind?: 'good' | 'bad' | 'plain';
};

const WIDTH = 640;
const LABEL = 150;
const ROW = 22;
/** So that what took a moment is seen at all. */
const LENGTH_MIN = 2;

export function bars(title: string, rows: readonly Bar[]): Markup {
  const end = Math.max(1, ...rows.map(({from, length}) => from + length));
  const scale = (WIDTH - LABEL - 110) / end;
  return html`<figure><figcaption>${title}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${rows.length * ROW}" role="img" aria-label="${title}">${rows.map((row, index) => barOf(row, index, scale))}</svg></figure>`;
}

function barOf({label, from, length, words, kind = 'plain'}: Bar, index: number, scale: number): Markup {
  const y = index * ROW;
  const x = LABEL + from * scale;
  const width = Math.max(LENGTH_MIN, length * scale);
  return html`<text class="label" x="${LABEL - 8}" y="${y + 15}">${label}</text><rect class="${kind}" x="${x.toFixed(1)}" y="${y + 4}" width="${width.toFixed(1)}" height="${ROW - 8}" rx="2"><title>${label}: ${words}</title></rect><text x="${(x + width + 6).toFixed(1)}" y="${y + 15}">${words}</text>`;
}
