// Misbehaves: finds an impossible record deep in its data and throws.
// Shows: types are stripped, lines are not moved. The error that comes back names the line of this
// file, and the calls that led to it.

interface Parcel {
  readonly id: string;
  readonly grams: number;
}

interface Van {
  readonly plate: string;
  readonly parcels: readonly Parcel[];
}

function weigh(parcel: Parcel): number {
  if (parcel.grams <= 0) throw new RangeError(`parcel ${parcel.id} weighs ${parcel.grams} g`);
  return parcel.grams;
}

function load(van: Van): number {
  return van.parcels.reduce((sum, parcel) => sum + weigh(parcel), 0);
}

const vans: Van[] = [
  { plate: 'KX21 OBD', parcels: [{ id: 'A-1', grams: 820 }] },
  {
    plate: 'LD70 VYN',
    parcels: [
      { id: 'B-1', grams: 2400 },
      { id: 'B-2', grams: -1 },
    ],
  },
];

for (const van of vans) {
  console.log(`${van.plate}: ${load(van)} g`);
}

export default vans.length;
