/** The backend that simulates: names -> workload and drivers -> comparison or run, with the id it is cited by. */
import { check } from '../check/campaign.ts';
import { compare, IN_ORDER, MODEL_REVISION, run } from '../compare/index.ts';
import { citationId } from '../report/index.ts';
import { decodeSchedule, type Schedule, TokenError } from '../schedule/index.ts';
import { importStrace } from '../workload/strace/import.ts';
import { statsDocument } from '../workload/strace/stats.ts';
import type { Backend } from './backend.ts';
import { checkRequest } from './check_request.ts';
import { listOf } from './lists.ts';
import { loadDriver } from './load_driver.ts';
import { loadInput } from './load_input.ts';
import { UsageError } from './usage_error.ts';

export const simulator: Backend = {
  modelRevision: MODEL_REVISION,
  list: listOf,
  loadInput,
  async compare(input, options) {
    const drivers = await Promise.all(options.drivers.map(loadDriver));
    const findings = compare(input, { ...options, drivers });
    return { ...findings, id: citationId(findings) };
  },
  async run(input, options) {
    const tested = await loadDriver(options.driver);
    return run(input, tested, options, scheduleOf(options.schedule));
  },
  async check(options) {
    return { ...check(await checkRequest(options)), seed: options.seed };
  },
  async importStats(path, { dataPrefix }) {
    const { stats } = await importStrace(path, dataPrefix === undefined ? {} : { dataPrefix });
    return {
      schema: 'gup-vs-hmm/import/1',
      model_revision: MODEL_REVISION,
      ...statsDocument(stats),
      max_offset: stats.maxOffset,
    };
  },
};

/** The schedule a token stands for; undefined: the workload's own order. Throws UsageError for what is no token. */
function scheduleOf(token: string | undefined): Schedule | undefined {
  if (token === undefined || token === IN_ORDER) return undefined;
  try {
    return decodeSchedule(token);
  } catch (error) {
    if (error instanceof TokenError) throw new UsageError(`--schedule: ${error.message}`);
    throw error;
  }
}
