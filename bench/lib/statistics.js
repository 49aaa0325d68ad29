/** The value below which so much of a sample lies (nearest rank). */
export function percentile(sample, share) {
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))];
}

export const median = (sample) => percentile(sample, 0.5);

/** What a row of results says about a sample. */
export function summary(sample) {
  return {
    samples: sample.length,
    min: Math.min(...sample),
    p50: median(sample),
    p95: percentile(sample, 0.95),
    p99: percentile(sample, 0.99),
    max: Math.max(...sample),
  };
}
