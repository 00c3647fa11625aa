/** Of the page: no font, picture or file from elsewhere; light paper for printers. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1d2733; --soft: #5b6875; --line: #d7dde3; --paper: #fff; --good: #1a7f4b; --bad: #b3261e; --plain: #3566b0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9ee; --soft: #9aa7b3; --line: #39434d; --paper: #14191f; --good: #56c288; --bad: #ff8a80; --plain: #7fa9ec; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 62rem; margin: 2rem auto; padding: 0 1.2rem; }
h1 { font-size: 1.7rem; margin: 0; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; border-bottom: 1px solid var(--line); } h3 { font-size: 1rem; margin: 1.2rem 0 .4rem; }
p { margin: .4rem 0; } .soft, .none, figcaption { color: var(--soft); } code, pre { font: .86em/1.45 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; border: 1px solid var(--line); padding: .7rem; }
table { border-collapse: collapse; width: 100%; font-size: .92em; } th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { color: var(--soft); font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.2rem; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.badge { border: 1px solid currentcolor; border-radius: .8em; padding: 0 .6em; font-size: .85em; white-space: nowrap; } .good { color: var(--good); fill: var(--good); } .bad { color: var(--bad); fill: var(--bad); } .plain { color: var(--plain); fill: var(--plain); }
figure { margin: .6rem 0; } svg { width: 100%; height: auto; } svg text { font: 12px system-ui, sans-serif; fill: var(--soft); } svg .label { text-anchor: end; fill: var(--ink); }
details > summary { cursor: pointer; color: var(--soft); }
@media print { :root { color-scheme: light; --ink: #000; --soft: #444; --line: #bbb; --paper: #fff; --good: #1a7f4b; --bad: #b3261e; --plain: #3566b0; } body { margin: 0; max-width: none; font-size: 11pt; } h2 { break-after: avoid; } tr, figure { break-inside: avoid; } }
`;
