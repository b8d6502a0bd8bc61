"""The style of the page of value. Words have a contrast of 4.5 or more on every ground they stand on."""

STYLE = """
:root {
  color-scheme: light dark; --ink: #1c2430; --quiet: #55606e; --paper: #f4f6f9; --card: #ffffff; --line: #dbe1e8;
  --blue: #2c5f9e; --orange: #c4651a; --green: #2b7a5b; --grey: #8a97a8; --still: #8a97a8;
}
@media (prefers-color-scheme: dark) { :root {
  --ink: #e6eaf0; --quiet: #a7b2bf; --paper: #0f1319; --card: #181d26; --line: #2d3541;
  --blue: #5c95da; --orange: #e08a45; --green: #4fb38a; --grey: #8492a4; --still: #8492a4;
} }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.55 system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 32px 20px 48px; }
h1 { font-size: 28px; line-height: 1.25; margin: 0 0 6px; } h2 { font-size: 21px; margin: 40px 0 12px; } h3 { font-size: 16px; margin: 0; } h4 { font-size: 14px; margin: 14px 0 2px; color: var(--quiet); }
h2::first-letter, h4::first-letter, dt::first-letter, thead th::first-letter { text-transform: uppercase; }
p { margin: 4px 0; overflow-wrap: anywhere; } .about, footer, figcaption p { color: var(--quiet); font-size: 13px; }
footer { margin-top: 32px; border-top: 1px solid var(--line); padding-top: 10px; }
.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: 12px; margin: 0 0 16px; }
.tiles div, figure, .wide { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px 18px; margin: 0; }
.tiles dt { color: var(--quiet); font-size: 13px; } .tiles dd { margin: 2px 0 0; font-size: 23px; font-weight: 600; font-variant-numeric: tabular-nums; }
.grid { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 16px; align-items: stretch; } .wide { margin-top: 16px; }
figcaption { margin-bottom: 12px; min-height: 46px; }
svg { display: block; width: 100%; max-width: 480px; height: auto; margin: 0 auto; }
svg text { fill: var(--ink); font-size: 12px; font-variant-numeric: tabular-nums; } svg .quiet { fill: var(--quiet); font-size: 11px; }
svg .small { font-size: 10.5px; } svg .name { font-weight: 600; } svg .head { font-size: 15px; font-weight: 600; }
.c0, .heat { fill: var(--blue); } .c2 { fill: var(--grey); } .warm { fill: var(--orange); } .still { fill: var(--still); }
.empty { fill: none; stroke: var(--line); stroke-dasharray: 2 3; } .grid line, line.grid { stroke: var(--line); }
.l0, .l1, .l2, .l3 { fill: none; stroke-width: 2; } .grid .l0 { stroke: var(--blue); stroke-width: 3; } .grid .l1 { stroke: var(--orange); stroke-dasharray: 7 3; }
.grid .l2 { stroke: var(--green); stroke-dasharray: 2 3; } .grid .l3 { stroke: var(--grey); stroke-dasharray: 9 3 2 3; }
.grid line.mark { stroke: var(--ink); stroke-dasharray: 3 3; } .grid .dot { fill: var(--card); stroke-dasharray: none; stroke-width: 2; }
table { border-collapse: collapse; width: 100%; font-size: 14px; } th, td { text-align: left; padding: 6px 8px; border-bottom: 1px solid var(--line); vertical-align: top; }
thead th { color: var(--quiet); font-size: 13px; font-weight: 500; } tbody tr:last-child > * { border-bottom: 0; } th[scope="row"] { font-weight: 600; }
.n { text-align: right; font-variant-numeric: tabular-nums; } td small { display: block; color: var(--quiet); }
.movers { table-layout: fixed; } .movers th:first-child { width: 18%; overflow-wrap: anywhere; } .movers th:nth-child(2), .movers th:nth-child(3), .movers th:nth-child(4) { width: 15%; }
.movers td { font-variant-numeric: tabular-nums; } summary { cursor: pointer; font-weight: 600; }
@media screen and (max-width: 760px) {
  main { padding: 20px 12px 32px; } .grid { grid-template-columns: minmax(0, 1fr); } .tiles { grid-template-columns: 1fr 1fr; gap: 8px; }
  figure, .wide { padding: 14px 12px; } .tiles div { padding: 10px 12px; } .tiles dd { font-size: 19px; } figcaption { min-height: 0; }
  table { font-size: 12px; } th, td { padding: 5px 2px; }
  .movers thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; } .movers tr { display: block; padding: 8px 0; border-bottom: 1px solid var(--line); }
  .movers tr:last-child { border-bottom: 0; } .movers th[scope="row"] { width: auto; } .movers th, .movers td { display: flex; gap: 8px; border: 0; padding: 1px 0; }
  .movers td::before { content: attr(data-label); color: var(--quiet); flex: 0 0 3.6em; }
}
@media print {
  :root { color-scheme: light; --ink: #1c2430; --quiet: #55606e; --paper: #ffffff; --card: #ffffff; --line: #cfd6de; --blue: #2c5f9e; --orange: #c4651a; --green: #2b7a5b; --grey: #8a97a8; }
  body { font-size: 12px; print-color-adjust: exact; -webkit-print-color-adjust: exact; } main { max-width: none; padding: 0; }
  h2 { margin-top: 16px; } .grid, .tiles { gap: 8px; } figure, .wide, .tiles div { padding: 8px 10px; } svg { max-width: 300px; } table { font-size: 11px; } td, th { padding: 2px 6px; }
  .movers th:first-child, .movers th:nth-child(2), .movers th:nth-child(3), .movers th:nth-child(4) { width: 13%; }
  figure, .tiles div, tr { break-inside: avoid; } h2, h3, h4 { break-after: avoid; } .kind + .kind { break-before: page; } details:not([open]) { display: none; }
}
"""
