/**
 * The page of `crossfade serve`: what `crossfade watch` shows, in a browser, for all runs. It holds nothing of a run itself and
 * asks the API as anybody else, so it is given to everybody; it takes no part from elsewhere, and shows every word as text.
 */
import {createHash} from 'node:crypto';
import {STYLE} from '../report/html/style.ts';

const OWN_STYLE = `${STYLE}
body { max-width: 76rem; } header { display: flex; gap: 1rem; align-items: baseline; } section { margin: 1.6rem 0; }
.run { display: grid; grid-template-columns: 17rem 1fr; gap: 0 2rem; } .run > h2 { grid-column: 1 / -1; margin-top: 0; }
ol { list-style: none; margin: 0; padding: 0; } ol li { display: grid; grid-template-columns: 1.3rem 1fr max-content; } .here { color: var(--plain); font-weight: 600; }
h2 .soft { font-weight: 400; } .run dl { margin-top: 0; } li.log { display: block; font-size: .9em; } li.step { padding-left: 1.3rem; font-size: .9em; } @media (max-width: 50rem) { .run { display: block; } }
`;

/** Between two looks; one call for the list and one for each run. */
const SCRIPT = `
'use strict';
const LOOK_MS = 2000, PER_RUN_MS = 500, LOG_MAX = 14;
const MARKS = {done: ['✓', 'good'], here: ['●', 'here'], failed: ['✗', 'bad'], ahead: ['○', 'soft'], 'passed over': ['–', 'soft']};
const make = (tag, name, ...parts) => { const made = document.createElement(tag); made.className = name; made.append(...parts); return made; };
const place = document.querySelector('main'), said = document.querySelector('#said');
const token = () => sessionStorage.getItem('token') || '';

async function ask(path) {
  const answer = await fetch(path, {headers: token() ? {authorization: 'Bearer ' + token()} : {}});
  const found = await answer.json();
  if (answer.ok) return found;
  throw Object.assign(new Error(found.error.message), {status: answer.status, next: found.error.next});
}

function phaseLines(phases) {
  return phases.flatMap(({name, mark, time, visits, forecast, steps}) => [
    line('', mark, name + (visits > 1 ? ' ×' + visits : ''), time + (forecast && ' of ' + forecast)),
    ...steps.map((step) => line('step', step.mark, step.name, step.time)),
  ]);
}
function line(kind, mark, name, time) {
  const [sign, looks] = MARKS[mark];
  return make('li', kind + ' ' + looks, make('span', '', sign), make('span', '', name), make('span', 'soft', time));
}
const gateLine = ({gate, go, evidence}) => make('li', go ? 'good' : 'bad', make('span', '', go ? '✓' : '✗'), make('span', '', gate + ': ' + evidence), '');
const pair = (name, ...parts) => [make('dt', '', name), make('dd', '', ...parts)];

function run({name, status, openSide, isAttended, phases, numbers, pace, phase, gates, why, log}) {
  const kind = status === 'failed' || status === 'aborted' ? 'bad' : status === 'completed' ? 'good' : 'plain';
  const title = make('h2', '', name + ' ', make('span', 'badge ' + kind, status), make('span', 'soft', ' the ' + openSide + ' is open'));
  const facts = make('dl', '',
    ...(numbers ? pair('numbers', pace ? numbers + ' (' + pace + ')' : numbers) : []),
    ...pair('why', why.cause), ...(why.owner ? pair('who', why.owner) : []),
    ...(why.next ? pair('next', make('code', '', why.next.command || String(why.next))) : []),
    ...(isAttended === false ? pair('runner', make('span', 'bad', 'not at work')) : []));
  const gateList = gates.length ? [make('h3', '', 'gates of ' + phase), make('ol', '', ...gates.map(gateLine))] : [];
  const lines = log.slice(-LOG_MAX).reverse().map(({at, words}) => make('li', 'log soft', at.slice(11, 19) + ' ' + words));
  return make('section', 'run', title, make('ol', '', ...phaseLines(phases)), make('div', '', facts, ...gateList, make('h3', '', 'log'), make('ol', '', ...lines)));
}

async function look() {
  let runs = [];
  try {
    runs = (await ask('/v1/runs')).runs;
    const views = await Promise.all(runs.map(({id}) => ask('/v1/runs/' + id + '/view')));
    place.replaceChildren(...(views.length ? views.map(run) : [make('p', 'none', 'There is no run in this state.')]));
    said.replaceChildren(make('span', 'soft', 'as of ' + new Date().toISOString().slice(11, 19) + ' UTC'));
  } catch (error) {
    said.replaceChildren(make('span', 'bad', error.message + (error.next ? '. ' + error.next : '')));
    if (error.status === 401) return login();
  }
  setTimeout(look, Math.max(LOOK_MS, PER_RUN_MS * runs.length));
}

function login() {
  const field = Object.assign(make('input', ''), {type: 'password', autocomplete: 'off', ariaLabel: 'access token'});
  const form = make('form', '', 'An access token with the role view: ', field, ' ', make('button', '', 'look'));
  form.onsubmit = (event) => { event.preventDefault(); sessionStorage.setItem('token', field.value.trim()); place.replaceChildren(); look(); };
  sessionStorage.removeItem('token');
  place.replaceChildren(form);
}
look();
`;

const hashed = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

export const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Crossfade</title><style>${OWN_STYLE}</style></head>
<body><header><h1>Crossfade</h1><span id="said" role="status"></span></header><main></main>
<p class="soft">To steer and to approve: the command line, or <code>GET /v1</code>.</p><script>${SCRIPT}</script></body></html>
`;

export const PAGE_HEADERS = {
  'content-security-policy': `default-src 'none'; connect-src 'self'; style-src ${hashed(OWN_STYLE)}; script-src ${hashed(SCRIPT)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
} as const;
