/**
 * vitest's JSON report -> `PASSED FAILED` on one line.
 *
 * usage: node tools/count_tests.mjs REPORT EXIT_CODE
 *
 * A test file that could not be loaded has no tests: it counts as one failure, and so does an exit code of
 * vitest that no failed test explains (an error outside every test, a report that was not written).
 */
import { readFileSync } from 'node:fs';

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, testResults: [] };
  }
}

const [, , path, exitCode] = process.argv;
const report = readReport(path);
const unloaded = report.testResults.filter(
  ({ status, assertionResults }) =>
    status === 'failed' && !assertionResults.some((one) => one.status === 'failed'),
).length;
const counted = report.numFailedTests + unloaded;
const unexplained = counted === 0 && exitCode !== '0' ? 1 : 0;
console.log(`${report.numPassedTests} ${counted + unexplained}`);
