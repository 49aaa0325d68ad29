// Finds groups of customers that are alike, without being told what the groups are (k-means).
// Shows: typed vectors, scaling of unlike measures, an iteration that ends when nothing changes.

const [text = ''] = args;

type Vector = readonly number[];

interface Customer {
  readonly id: string;
  /** As in the file: orders a year, average basket, days since the last order. */
  readonly measures: Vector;
  /** The same, each with mean 0 and deviation 1: so that pounds weigh no more than days. */
  readonly scaled: Vector;
}

interface Group {
  readonly centre: Vector;
  readonly members: readonly Customer[];
}

const GROUPS = 4;
const MAX_ROUNDS = 100;

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const column = (rows: readonly Vector[], i: number): number[] => rows.map((row) => row[i] ?? 0);
const meanVector = (rows: readonly Vector[]): Vector => rows[0]?.map((_, i) => mean(column(rows, i))) ?? [];
const squaredDistance = (a: Vector, b: Vector): number => a.reduce((sum, x, i) => sum + (x - (b[i] ?? 0)) ** 2, 0);

function readCustomers(csv: string): Customer[] {
  const rows = csv
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
  const measures = rows.map(([, ...fields]) => fields.map(Number));
  const means = meanVector(measures);
  const deviations = means.map((centre, i) =>
    Math.sqrt(mean(column(measures, i).map((value) => (value - centre) ** 2))),
  );
  return rows.map(([id = ''], row) => {
    const own = measures[row] ?? [];
    return { id, measures: own, scaled: own.map((value, i) => (value - (means[i] ?? 0)) / (deviations[i] ?? 1)) };
  });
}

/** The first centre is the most average customer, each next one the customer farthest from all so far. */
function firstCentres(customers: readonly Customer[], count: number): Vector[] {
  const centres: Vector[] = [];
  const farness = ({ scaled }: Customer): number =>
    centres.length === 0
      ? -squaredDistance(scaled, [])
      : Math.min(...centres.map((centre) => squaredDistance(scaled, centre)));
  while (centres.length < count) {
    const next = customers.reduce((best, customer) => (farness(customer) > farness(best) ? customer : best));
    centres.push(next.scaled);
  }
  return centres;
}

/** The index of the nearest centre. */
function nearest(point: Vector, centres: readonly Vector[]): number {
  const distances = centres.map((centre) => squaredDistance(point, centre));
  return distances.indexOf(Math.min(...distances));
}

function assign(customers: readonly Customer[], centres: readonly Vector[]): Group[] {
  const chosen = customers.map(({ scaled }) => nearest(scaled, centres));
  return centres.map((centre, i) => ({ centre, members: customers.filter((_, row) => chosen[row] === i) }));
}

/** The sum of all squared distances to the centres: what k-means makes smaller in every round. */
function spread(groups: readonly Group[]): number {
  return groups.reduce((sum, { centre, members }) => {
    return sum + members.reduce((inner, { scaled }) => inner + squaredDistance(scaled, centre), 0);
  }, 0);
}

const customers = readCustomers(text);
let groups = assign(customers, firstCentres(customers, GROUPS));
const spreads = [spread(groups)];

for (let round = 1; ; round += 1) {
  if (round > MAX_ROUNDS) throw new Error(`the groups still change after ${MAX_ROUNDS} rounds`);
  groups = assign(
    customers,
    groups.map(({ members }) => meanVector(members.map(({ scaled }) => scaled))),
  );
  const now = spread(groups);
  const before = spreads.at(-1) ?? 0;
  if (now > before + 1e-9) throw new Error(`round ${round} made the spread larger`);
  spreads.push(now);
  if (now >= before) break;
}

const members = groups.reduce((sum, group) => sum + group.members.length, 0);
if (members !== customers.length) throw new Error(`${customers.length} customers, but ${members} in groups`);

const summary = groups
  .map((group) => {
    const [orders = 0, basket = 0, days = 0] = meanVector(group.members.map(({ measures }) => measures));
    return { size: group.members.length, orders: orders.toFixed(1), basket: basket.toFixed(2), days: days.toFixed(0) };
  })
  .sort((a, b) => b.size - a.size);

console.log(`${customers.length} customers in ${GROUPS} groups after ${spreads.length - 1} rounds`);
console.log('customers   orders a year   average basket   days since the last');
for (const { size, orders, basket, days } of summary) {
  console.log(`${String(size).padStart(9)}${orders.padStart(16)}${basket.padStart(17)}${days.padStart(22)}`);
}
const [first = 0] = spreads;
console.log(`spread: ${first.toFixed(1)} at first, ${(spreads.at(-1) ?? 0).toFixed(1)} at the end`);

export default { rounds: spreads.length - 1, groups: summary };
