/**
 * Searches the protocol in a process of its own, which does nothing else, and prints what that took as JSON.
 *
 *     node --import tsx benchmarks/peers/search_in_process.ts table|machine SIZE
 *
 * SIZE is a ProtocolSize as JSON.
 */
import { execFileSync } from 'node:child_process';
import { argv, execPath, resourceUsage } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { findLassos, Graph, type Model, Search, ShortestWays } from '../../src/index.ts';
import { loopingProtocol, type ProtocolSize } from './looping_protocol.ts';
import { tableProtocol } from './table_protocol.ts';

const MODELS = { table: tableProtocol, machine: loopingProtocol };

export type ModelName = keyof typeof MODELS;

export interface SearchCost {
  readonly states: number;
  readonly transitions: number;
  /** States on the longest way that was looked at. */
  readonly depth: number;
  /** Of the search alone: in it, every state is looked at by the invariant. */
  readonly seconds: number;
  /** From the start of the process to its end. */
  readonly whole_seconds: number;
  /** Of the liveness pass after it: which truncates may never end, alone and under churn. */
  readonly liveness_seconds: number;
  readonly lassos: number;
  readonly peak_rss_bytes: number;
  /** Steps of the shortest way to a state in which the invariant does not hold, null without one. */
  readonly counterexample: number | null;
}

const KIBIBYTE = 1024;
const secondsSince = (start: number): number => (performance.now() - start) / 1000;

/** Starts the process. Throws when it fails. */
export function searchInProcess(model: ModelName, size: ProtocolSize): SearchCost {
  const start = performance.now();
  const self = fileURLToPath(import.meta.url);
  const command = ['--import', 'tsx', self, model, JSON.stringify(size)];
  const cost = JSON.parse(execFileSync(execPath, command, { encoding: 'utf8' })) as SearchCost;
  // What Spin is not asked is no part of the verdict.
  return { ...cost, whole_seconds: secondsSince(start) - cost.liveness_seconds };
}

/** Searches all. Throws when the search did not come to its end. */
export function searchHere(model: Model): SearchCost {
  const start = performance.now();
  const graph = new Graph();
  const search = new Search(model, graph, { stopped: () => false, statesMax: Infinity });
  const ending = search.run();
  if (ending !== 'exhausted') throw new Error(`the search ended ${ending}`);
  const { visited, transitions, depthMax, findings } = search.state;
  const seconds = secondsSince(start);
  const peak = resourceUsage().maxRSS * KIBIBYTE;
  const afterSearch = performance.now();
  const edges = graph.transitions();
  const lassos = findLassos(edges, 'alone').length + findLassos(edges, 'under_churn').length;
  const wrong = [...findings.values()].flatMap(({ places }) => places.map(({ state }) => state));
  const ways = wrong.length === 0 ? null : new ShortestWays(edges);
  return {
    states: visited.size,
    transitions,
    depth: depthMax,
    seconds,
    whole_seconds: seconds,
    liveness_seconds: secondsSince(afterSearch),
    lassos,
    peak_rss_bytes: peak,
    counterexample: ways === null ? null : Math.min(...wrong.map((state) => ways.distance[state] as number)),
  };
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) {
  const [, , model = '', size = ''] = argv;
  if (!(model in MODELS)) throw new Error(`no model '${model}': one of ${Object.keys(MODELS).join(', ')}`);
  const cost = searchHere(MODELS[model as ModelName](JSON.parse(size) as ProtocolSize));
  process.stdout.write(`${JSON.stringify(cost)}\n`);
}
