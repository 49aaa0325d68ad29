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

/** Least squares: the slope of y over x, and its standard error. */
export function slope(points) {
  const n = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / n;
  const sxx = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const sxy = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const value = sxy / sxx;
  const residuals = points.reduce((sum, [x, y]) => sum + (y - meanY - value * (x - meanX)) ** 2, 0);
  return { value, error: Math.sqrt(residuals / Math.max(1, n - 2) / sxx) };
}
