// Builds an inverted index over a small field guide to birds and answers questions with it, the best
// match first (BM25, the ranking that most search engines start from).
// Shows: text to terms, Map of Map, generators, tagging what was found.

const [text] = args;

const COMMON = new Set(
  'a an and any are as at be both by can comes for from has in into is it its like many more of on or the their to with'.split(
    ' ',
  ),
);
/** How fast a term's repetition stops to count, and how much a long text is held back. */
const SATURATION = 1.2;
const LENGTH_WEIGHT = 0.75;

/** `Nests` and `nest` are one term. Crude, but the same for the text and the question. */
function stem(word) {
  if (word.length <= 3) return word;
  return word
    .replace(/ies$/, 'y')
    .replace(/(?<=[sx]|[cs]h)es$/, '')
    .replace(/(?<!s)s$/, '');
}

function* terms(words) {
  for (const [word] of words.toLowerCase().matchAll(/[a-z]+(?:-[a-z]+)*/g)) {
    if (!COMMON.has(word)) yield stem(word);
  }
}

function readEntries(guide) {
  return guide
    .split(/^== /m)
    .slice(1)
    .map((entry) => {
      const [name, ...lines] = entry.trim().split('\n');
      return { name, body: lines.join(' ') };
    });
}

/** For each term: in which entries, and how often. A word of the name counts three times. */
function buildIndex(entries) {
  const postings = new Map();
  const lengths = entries.map(({ name, body }, id) => {
    let length = 0;
    for (const term of terms(`${name} ${name} ${name} ${body}`)) {
      const counts = postings.get(term) ?? new Map();
      counts.set(id, (counts.get(id) ?? 0) + 1);
      postings.set(term, counts);
      length += 1;
    }
    return length;
  });
  return { postings, lengths, meanLength: lengths.reduce((a, b) => a + b, 0) / lengths.length };
}

function search({ postings, lengths, meanLength }, question) {
  const scores = new Map();
  for (const term of new Set(terms(question))) {
    const counts = postings.get(term) ?? new Map();
    const rarity = Math.log(1 + (lengths.length - counts.size + 0.5) / (counts.size + 0.5));
    for (const [id, count] of counts) {
      const damping = SATURATION * (1 - LENGTH_WEIGHT + (LENGTH_WEIGHT * lengths[id]) / meanLength);
      const score = (rarity * count * (SATURATION + 1)) / (count + damping);
      scores.set(id, (scores.get(id) ?? 0) + score);
    }
  }
  return [...scores].map(([id, score]) => ({ id, score })).sort((a, b) => b.score - a.score || a.id - b.id);
}

/** The sentence of an entry in which most of the question's terms occur. */
function bestSentence(body, question) {
  const wanted = new Set(terms(question));
  const hits = (sentence) => new Set([...terms(sentence)].filter((term) => wanted.has(term))).size;
  return body.split(/(?<=\.) /).reduce((best, sentence) => (hits(sentence) > hits(best) ? sentence : best));
}

const entries = readEntries(text);
const index = buildIndex(entries);

// The index must know exactly what a plain look through all the text finds.
const termsOfEntries = entries.map(({ name, body }) => new Set(terms(`${name} ${body}`)));
for (const [term, counts] of index.postings) {
  const found = termsOfEntries.filter((own) => own.has(term)).length;
  if (found !== counts.size) throw new Error(`the index has "${term}" in ${counts.size} entries, the text in ${found}`);
}

const questions = [
  'hunts voles at dusk',
  'yellow breast at the feeder',
  'dives for fish',
  'winter flocks on the marsh',
  'nests on cliffs by the sea',
];
const answers = questions.map((question) => ({ question, found: search(index, question) }));

console.log(`${entries.length} entries, ${index.postings.size} terms`);
for (const { question, found } of answers) {
  const [best, ...others] = found;
  const names = others.slice(0, 3).map(({ id }) => entries[id].name);
  console.log(`"${question}": ${entries[best.id].name} (${best.score.toFixed(2)}), then ${names.join(', ')}`);
  console.log(`    ${bestSentence(entries[best.id].body, question)}`);
}

export default {
  terms: index.postings.size,
  answers: Object.fromEntries(
    answers.map(({ question, found }) => [question, found.slice(0, 3).map(({ id }) => entries[id].name)]),
  ),
};
