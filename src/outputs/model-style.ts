/** The look of a card by itself: the colours of the report, which it does without. */
export const cardStyle = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#f6f6f4, #101214);
  --surface: light-dark(#ffffff, #17191c);
  --ink: light-dark(#16181b, #e8eaed);
  --muted: light-dark(#575d66, #a2a9b2);
  --line: light-dark(#dddfe2, #2b3035);
  --strong: light-dark(#b4b9c0, #4b525a);
  --accent: light-dark(#0b57c2, #82b4ff);
  --warning: light-dark(#855600, #f0b84a);
  --s0: light-dark(#0072b2, #56b4e9);
  --s1: light-dark(#d55e00, #e69f00);
  --s2: #009e73;
}
@media print { :root { color-scheme: light; --paper: #ffffff; } }
*, *::before, *::after { box-sizing: border-box; }
body {
  margin: 0 auto;
  max-width: 1080px;
  padding: 24px 20px 64px;
  background: var(--paper);
  color: var(--ink);
  font: 14px / 1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif;
  font-variant-numeric: tabular-nums;
  overflow-wrap: break-word;
  -webkit-text-size-adjust: 100%;
}
h1 { margin: 0; font-size: 26px; font-weight: 600; line-height: 1.25; letter-spacing: -0.01em; }
h2 { margin: 0; padding: 36px 0 8px; font-size: 20px; font-weight: 600; line-height: 1.3; }
h3 { margin: 22px 0 8px; font-size: 14px; font-weight: 600; }
p, ul { max-width: 78ch; margin: 8px 0; }
ul { padding-left: 20px; }
.lead { font-size: 16px; }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 16px; max-width: none; padding: 0; list-style: none; }
a { color: var(--accent); }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.warning { padding: 8px 12px; border: 1px solid var(--line); border-left: 3px solid var(--warning); background: var(--surface); }
dl { margin: 8px 0; border: 1px solid var(--line); background: var(--surface); }
dl div { display: grid; grid-template-columns: minmax(120px, 220px) 1fr; gap: 12px; padding: 6px 12px; }
dl div + div { border-top: 1px solid var(--line); }
dt { color: var(--muted); }
dd { margin: 0; min-width: 0; }
pre { overflow-x: auto; padding: 10px 12px; border: 1px solid var(--line); background: var(--surface); font: 13px / 1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; white-space: pre-wrap; }
figure { max-width: 600px; margin: 8px 0 12px; padding: 10px; border: 1px solid var(--line); background: var(--surface); }
figure > svg { display: block; width: 100%; height: auto; }
figure text { fill: var(--muted); font-size: 12px; }
figure .name { fill: var(--ink); }
.middle { text-anchor: middle; }
.end { text-anchor: end; }
.grid { stroke: var(--line); stroke-width: 1; }
.diagonal { fill: none; stroke: var(--muted); stroke-width: 1.2; stroke-dasharray: 4 4; }
.line { fill: none; stroke-width: 1.8; }
.whisker { fill: none; stroke-width: 1.2; opacity: 0.65; }
.line.s0, .whisker.s0 { stroke: var(--s0); }
.line.s1, .whisker.s1 { stroke: var(--s1); }
.line.s2, .whisker.s2 { stroke: var(--s2); }
.dot.s0, .above { fill: var(--s0); }
.dot.s1, .below { fill: var(--s1); }
.dot.s2 { fill: var(--s2); }
figcaption { display: flex; flex-wrap: wrap; gap: 2px 16px; color: var(--muted); }
.key { width: 14px; height: 14px; vertical-align: -2px; }
.scroll { overflow-x: auto; border: 1px solid var(--line); background: var(--surface); }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 4px 10px; text-align: left; vertical-align: top; }
th { border-bottom: 1px solid var(--strong); font-weight: 600; }
td { min-width: 5ch; max-width: 44ch; }
td:first-child { min-width: 11ch; }
.long { min-width: 22ch; }
tr + tr td { border-top: 1px solid var(--line); }
.n { text-align: right; white-space: nowrap; }
th.n { white-space: normal; }
.bar svg { display: block; width: 100%; min-width: 72px; height: 6px; margin-top: 2px; }
.bar path { stroke: var(--strong); stroke-width: 1; vector-effect: non-scaling-stroke; }
summary { width: fit-content; padding: 2px 0; color: var(--accent); cursor: pointer; }
@media (max-width: 600px) {
  figure text { font-size: 15px; }
  th, td { padding: 4px 6px; }
  body { padding: 16px 12px 48px; }
  dl div { grid-template-columns: 1fr; gap: 0; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 11px; }
  nav { display: none; }
  .scroll { overflow: visible; }
  details::details-content { display: block; content-visibility: visible; }
  summary { display: none; }
  h2, h3, figure { break-after: avoid; }
  figure, tr, .warning { break-inside: avoid; }
  thead { display: table-header-group; }
}
`;
