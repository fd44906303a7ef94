/** What `explain` is given -> the failure it is about -> its text. */
import { z } from 'zod';
import { BUILTIN_2026 } from '../costs/index.ts';
import { explain } from '../explain/explanation.ts';
import { failureOf } from '../explain/failure.ts';
import { render } from '../explain/render.ts';
import { InputError } from '../workload/input_error.ts';
import type { ExplainedText, ExplainOptions } from './backend.ts';
import { costsOf } from './check_request.ts';
import { readJson } from './json_file.ts';
import { openToken } from './token.ts';
import { isRunToken } from './token_text.ts';
import { UsageError } from './usage_error.ts';

/** Throws UsageError for what is no token or breaks nothing, InputError for a file that cannot be used. */
export async function explainInput(input: string, options: ExplainOptions): Promise<ExplainedText> {
  const token = isRunToken(input) ? input : tokenIn(input, options.property);
  const { run, system } = await openToken(token, options.driver);
  const failure = failureOf({ ...system, costs: costsOf(BUILTIN_2026) }, run, options.property);
  if (failure === null) {
    const what = options.property ?? 'any property';
    throw new UsageError(
      `the run of the token does not break ${what}; gup-vs-hmm run TOKEN shows what it does`,
    );
  }
  const explained = explain(failure, options.runs);
  return {
    text: render(explained, options.format),
    exhausted: explained.explanation.shortened.exhausted,
  };
}

/** As much as is read of a saved result of `check`, or of an explanation. */
const savedCheck = z.object({
  schema: z.literal('gup-vs-hmm/check/1'),
  violations: z.array(z.object({ property: z.string(), expected: z.boolean(), token: z.string() })),
});
const savedExplanation = z.object({ schema: z.literal('gup-vs-hmm/explanation/1'), token: z.string() });

/** The token of the first violation that counts, or of the first of a property. Throws InputError. */
function tokenIn(file: string, property: string | undefined): string {
  const value = readJson(file, 'check --json writes one; a token begins with gvr1~');
  const explanation = savedExplanation.safeParse(value);
  if (explanation.success) return explanation.data.token;
  const saved = savedCheck.safeParse(value);
  if (!saved.success) {
    throw new InputError({
      file,
      problem: 'is no saved result of check',
      hint: 'check --json -o FILE writes one; tokens of worst are given as they are',
    });
  }
  const { violations } = saved.data;
  const found = violations.find((violation) => property === undefined || violation.property === property);
  if (found === undefined) {
    const what = property === undefined ? 'no violation' : `no violation of ${property}`;
    throw new InputError({ file, problem: `there is ${what} in it`, hint: 'there is nothing to explain' });
  }
  return found.token;
}
