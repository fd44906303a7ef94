/** scenario file (YAML or JSON) -> operations with expectations: `Workload`. */
export { loadScenario, parseScenario, type ScenarioWorkload } from './scenario.ts';
export { SCENARIO_JSON_SCHEMA } from './schema.ts';
