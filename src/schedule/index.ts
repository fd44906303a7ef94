/** a moment (current task, tasks that can step, positions) -> the task that goes on; and every run as one value. */
export { GapStrategy, type Gap } from './gaps.ts';
export { pctBound, type PctBound, PctStrategy } from './pct.ts';
export { RandomStrategy } from './random.ts';
export { Recorder } from './recorder.ts';
export { ReplayStrategy } from './replay.ts';
export { RunToCompletion } from './run_to_completion.ts';
export { decodeSchedule, encodeSchedule, readSchedule, type Preemption, type Schedule } from './schedule.ts';
export { type RunHints, STRATEGIES, type StrategyKind, strategyNamed } from './strategies.ts';
export { type Strategy, unpreempted, type View } from './strategy.ts';
export { UniformRandomWalk } from './urw.ts';
export { escapeText, integerText, TokenError, TokenReader } from './text.ts';
