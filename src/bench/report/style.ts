/** The style of the pages: light, dark, and on paper. */
export const STYLE = `
:root {
  color-scheme: light;
  --page: #f6f7f9; --card: #ffffff; --ink: #17202b; --muted: #5c6875; --line: #d9dee5;
  --accent: #2f6fb5; --good: #1b7a43; --bad: #b3261e; --target: #a24b00; --good-tint: #e3f3e9; --bad-tint: #fbe6e4;
  --c1: #2f6fb5; --c2: #c2571a; --c3: #2c8a5b; --c4: #8b4fb0; --c5: #b5892a; --c6: #5c6875;
  --plot-background: var(--card);
}
:root[data-theme="dark"] {
  color-scheme: dark;
  --page: #11161d; --card: #1a212b; --ink: #e8edf3; --muted: #9aa7b5; --line: #313b48;
  --accent: #6cabf0; --good: #62c98d; --bad: #ff8a80; --target: #f0a35e; --good-tint: #173526; --bad-tint: #40201e;
  --c1: #6cabf0; --c2: #f0935a; --c3: #5fc795; --c4: #c793e8; --c5: #dcb85c; --c6: #9aa7b5;
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 1180px; margin: 0 auto; padding: 28px 20px 60px; }
header { display: flex; gap: 20px; align-items: flex-start; justify-content: space-between; }
h1 { font-size: 30px; line-height: 1.2; margin: 0; letter-spacing: -.02em; }
h2 { font-size: 21px; margin: 44px 0 4px; letter-spacing: -.01em; }
h3 { font-size: 15px; margin: 0; font-weight: 600; line-height: 1.35; }
p { margin: 4px 0; } .about, .sub { color: var(--muted); max-width: 78ch; }
button { font: inherit; font-size: 13px; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 5px 12px; cursor: pointer; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 22px 0; }
.tile, .card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 14px 16px; }
.tile b { display: block; font-size: 26px; line-height: 1.2; letter-spacing: -.02em; }
.tile span { color: var(--muted); font-size: 13px; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 430px), 1fr)); gap: 14px; margin: 14px 0; }
.head { display: flex; justify-content: space-between; gap: 12px; align-items: flex-start; }
.figure { display: flex; align-items: baseline; gap: 8px; margin: 6px 0 2px; flex-wrap: wrap; }
.figure b { font-size: 25px; letter-spacing: -.02em; } .figure span { color: var(--muted); font-size: 13px; }
dl { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 2px 0 8px; font-size: 13px; }
dl div { display: flex; gap: 5px; } dt { color: var(--muted); } dd { margin: 0; }
.chip { font-size: 12px; font-weight: 600; border-radius: 99px; padding: 1px 10px; white-space: nowrap; border: 1px solid transparent; }
.good { color: var(--good); background: var(--good-tint); } .bad { color: var(--bad); background: var(--bad-tint); }
.plain { color: var(--muted); border-color: var(--line); }
figure { margin: 6px 0 0; min-height: 60px; } figure svg { max-width: 100%; height: auto; color: var(--muted); }
.note, .targets { font-size: 13px; color: var(--muted); margin: 2px 0; } .targets b { font-weight: 600; }
.targets .miss { color: var(--bad); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; background: var(--card); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; font-size: 14px; margin: 12px 0; }
th, td { text-align: left; padding: 7px 14px; border-top: 1px solid var(--line); vertical-align: top; }
thead th { border-top: 0; color: var(--muted); font-size: 12px; font-weight: 600; }
td.n, th.n { text-align: right; white-space: nowrap; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 13px; margin-top: 4px; }
.legend i { display: inline-block; width: 14px; height: 3px; border-radius: 2px; margin-right: 6px; vertical-align: middle; }
section > .card { margin: 12px 0; }
nav { display: flex; flex-wrap: wrap; gap: 6px; margin: 10px 0; } nav a { text-decoration: none; }
a { color: var(--accent); }
footer { margin-top: 40px; color: var(--muted); font-size: 13px; }
@media print {
  :root, :root[data-theme="dark"] { --page: #fff; --card: #fff; --ink: #000; --muted: #444; --line: #bbb; --accent: #2f6fb5; --good: #1b7a43; --bad: #b3261e; --target: #a24b00; }
  body { font-size: 11px; } main { max-width: none; padding: 0; } button, nav { display: none; }
  .card, tr, .tile, figure { break-inside: avoid; } h2, h3 { break-after: avoid; } .grid { grid-template-columns: 1fr 1fr; gap: 8px; } h2 { margin-top: 22px; }
  .tiles { grid-template-columns: repeat(auto-fit, minmax(100px, 1fr)); gap: 6px; } .tile, .card { padding: 8px 10px; } .tile b, .figure b { font-size: 16px; }
  h3, table, dl, .note, .targets { font-size: 10px; } th, td { padding: 3px 8px; } td:nth-child(3) { white-space: nowrap; }
  @page { margin: 14mm; }
}
`;
