// Finds the fastest routes through the main roads of Great Britain.
// Shows: Dijkstra's algorithm on a binary heap, private class fields, `export default` for the result.

const [text] = args;

/** Takes items in any order and gives the one with the smallest key first. */
class MinHeap {
  #entries = [];

  get size() {
    return this.#entries.length;
  }

  push(key, item) {
    const entries = this.#entries;
    let at = entries.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (entries[parent].key <= key) break;
      entries[at] = entries[parent];
      at = parent;
    }
    entries[at] = { key, item };
  }

  pop() {
    const entries = this.#entries;
    const [top] = entries;
    const last = entries.pop();
    if (entries.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child + 1 < entries.length && entries[child + 1].key < entries[child].key) child += 1;
      if (child >= entries.length || entries[child].key >= last.key) break;
      entries[at] = entries[child];
      at = child;
    }
    entries[at] = last;
    return top;
  }
}

/** Reads the roads; each goes both ways. */
function readRoads(csv) {
  const roads = new Map();
  const addRoad = (from, road) => roads.set(from, [...(roads.get(from) ?? []), road]);
  for (const line of csv.trimEnd().split('\n').slice(1)) {
    const [from, to, name, miles, mph] = line.split(',');
    const minutes = (Number(miles) / Number(mph)) * 60;
    addRoad(from, { to, name, miles: Number(miles), minutes });
    addRoad(to, { to: from, name, miles: Number(miles), minutes });
  }
  return roads;
}

/** For each town the time from `start` and the road by which one arrives. */
function fastestFrom(roads, start) {
  const reached = new Map();
  const heap = new MinHeap();
  heap.push(0, { town: start });
  while (heap.size > 0) {
    const { key: minutes, item } = heap.pop();
    if (reached.has(item.town)) continue;
    reached.set(item.town, { minutes, from: item.from, road: item.road });
    for (const road of roads.get(item.town)) {
      if (!reached.has(road.to)) heap.push(minutes + road.minutes, { town: road.to, from: item.town, road });
    }
  }
  return reached;
}

/** The legs of the way to a town. */
function routeTo(reached, town) {
  const legs = [];
  for (let at = town; reached.get(at).from !== undefined; at = reached.get(at).from) {
    legs.unshift({ town: at, ...reached.get(at).road });
  }
  return legs;
}

/** 125 minutes as `2:05`. */
function clock(minutes) {
  const whole = Math.round(minutes);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

const roads = readRoads(text);
const towns = [...roads.keys()];
const times = new Map(towns.map((town) => [town, fastestFrom(roads, town)]));

// Every road goes both ways, so the way back takes as long; and no way round is faster than the fastest way.
for (const from of towns) {
  for (const to of towns) {
    const there = times.get(from).get(to).minutes;
    const back = times.get(to).get(from).minutes;
    if (Math.abs(there - back) > 1e-6) throw new Error(`${from} to ${to} is not as far as back`);
    for (const { to: next, minutes } of roads.get(to)) {
      if (times.get(from).get(next).minutes > there + minutes + 1e-6) throw new Error(`${from} to ${next} is too slow`);
    }
  }
}

/** The mean time from a town to all others. */
const meanTime = (town) => {
  const all = [...times.get(town).values()].map(({ minutes }) => minutes);
  return all.reduce((a, b) => a + b, 0) / (all.length - 1);
};
const [central] = towns.toSorted((a, b) => meanTime(a) - meanTime(b));

const trips = [
  ['London', 'Inverness'],
  ['Truro', 'Aberdeen'],
  ['Norwich', 'Bangor'],
  ['Dover', 'Fort William'],
];
const results = trips.map(([from, to]) => {
  const legs = routeTo(times.get(from), to);
  const miles = legs.reduce((sum, leg) => sum + leg.miles, 0);
  return { from, to, miles, minutes: Math.round(times.get(from).get(to).minutes), legs };
});

console.log(
  `${towns.length} towns; the most central is ${central}, ${clock(meanTime(central))} from the others on average`,
);
for (const { from, to, miles, minutes, legs } of results) {
  console.log(`${from} to ${to}: ${miles} miles, ${clock(minutes)}`);
  console.log(`  ${legs.map((leg) => `${leg.name} ${leg.town}`).join(', ')}`);
}

export default {
  central,
  trips: results.map(({ from, to, miles, minutes, legs }) => ({ from, to, miles, minutes, legs: legs.length })),
};
