// Turns a year of orders into a table of categories by quarter.
// Shows: a small CSV reader that knows quotes, grouping with Map, money in whole cents. The value of
// the last expression is the script's result.

const [text] = args;

/** Splits a line of CSV into fields; a field in double quotes may hold commas. */
function splitLine(line) {
  return Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain]) =>
    quoted === undefined ? plain : quoted.replaceAll('""', '"'),
  );
}

function readCsv(csv) {
  const [header, ...lines] = csv.trimEnd().split('\n').map(splitLine);
  return lines.map((fields) => Object.fromEntries(header.map((name, i) => [name, fields[i]])));
}

/** What an order brought in, in cents. */
function revenue({ quantity, unit_price, discount_percent }) {
  const full = Number(quantity) * Math.round(Number(unit_price) * 100);
  return Math.round((full * (100 - Number(discount_percent))) / 100);
}

function addTo(totals, key, amount) {
  totals.set(key, (totals.get(key) ?? 0) + amount);
}

/** 1234567 cents as `12,345.67`. */
function money(cents) {
  return (cents / 100).toFixed(2).replace(/\B(?=(\d{3})+\.)/g, ',');
}

const orders = readCsv(text);
const cells = new Map();
const byCategory = new Map();
const byRegion = new Map();
const byProduct = new Map();
let total = 0;

for (const order of orders) {
  const cents = revenue(order);
  const quarter = Math.ceil(Number(order.date.slice(5, 7)) / 3);
  addTo(cells, `${order.category} ${quarter}`, cents);
  addTo(byCategory, order.category, cents);
  addTo(byRegion, order.region, cents);
  addTo(byProduct, order.product, cents);
  total += cents;
}

for (const groups of [cells, byCategory, byRegion, byProduct]) {
  const sum = [...groups.values()].reduce((a, b) => a + b, 0);
  if (sum !== total) throw new Error(`a table adds up to ${money(sum)}, the orders to ${money(total)}`);
}

const ranked = (totals) => [...totals].sort(([, a], [, b]) => b - a);
const [[bestProduct, bestRevenue]] = ranked(byProduct);
const quarters = [1, 2, 3, 4];

console.log(`${orders.length} orders, ${money(total)} in all; best seller: ${bestProduct}, ${money(bestRevenue)}`);
console.log(`${'category'.padEnd(12)}${quarters.map((q) => `Q${q}`.padStart(12)).join('')}${'year'.padStart(13)}`);
for (const [category, sum] of ranked(byCategory)) {
  const row = quarters.map((q) => money(cells.get(`${category} ${q}`) ?? 0).padStart(12));
  console.log(`${category.padEnd(12)}${row.join('')}${money(sum).padStart(13)}`);
}
for (const [region, sum] of ranked(byRegion)) {
  const share = sum / total;
  console.log(`${region.padEnd(6)} ${'#'.repeat(Math.round(share * 100)).padEnd(36)} ${(share * 100).toFixed(1)} %`);
}

({ orders: orders.length, totalCents: total, byRegion: Object.fromEntries(byRegion), bestProduct });
