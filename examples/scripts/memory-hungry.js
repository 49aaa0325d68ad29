// Misbehaves: a cache that forgets to forget. It grows until it is stopped.
// Shows: memory is limited for each script. The one that asks for too much fails; its neighbours, and
// the process, do not notice.

const cache = new Map();

/** Makes up a page of a catalogue: 64 products, a few kilobytes. */
function renderPage(number) {
  const rows = Array.from({ length: 64 }, (_, i) => ({
    sku: `P-${number}-${i}`,
    name: `product ${i}`,
    tags: [number, i],
  }));
  return { number, rows };
}

console.log('caching pages ...');
for (let page = 1; ; page += 1) {
  cache.set(page, renderPage(page));
}
