export { GarbageCollector } from './collect-garbage.js';
export { DEFAULT_LIMITS, type LeakWatchOptions } from './leak-options.js';
export { type GrowthLimit, type GrowthVerdict, LEAST_POINTS, verdictOf } from './leak-verdict.js';
export { type LeakVerdict, LeakWatch, type SeriesVerdict } from './leak-watch.js';
export { MEASURES, type Measure, measuresOf, type Unit } from './measures.js';
export {
  type Crossing,
  createMonitor,
  type Monitor,
  type MonitorEvents,
  type MonitorOptions,
  type Thresholds,
} from './monitor.js';
export type { DescriptorKind } from './proc.js';
export { type ChildSample, type Descriptors, type Sample, type SampleOptions, sample } from './sample.js';
export { type Point, type Slope, slopeOf } from './slope.js';
export { type WatchLeaksOptions, watchLeaks } from './watch-leaks.js';
