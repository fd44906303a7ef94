/**
 * Facts, scenarios and tests -> what is claimed and not shown: every fact of the model is shown by a scenario, a named
 * test or a planted fault, or is listed with the reason why it is left out.
 */
import type { CatalogueEntry, FACTS, Mutant } from '../src/index.ts';
import { textsOf } from './house_rules.ts';

type Fact = (typeof FACTS)[number];

/** What the facts are held against. */
export interface Evidence {
  readonly scenarios: readonly Pick<CatalogueEntry, 'name' | 'facts'>[];
  readonly mutants: readonly Pick<Mutant, 'facts'>[];
  /** The text of a file, named from the project's top; undefined when there is none. */
  readonly read: (path: string) => string | undefined;
}

/** One sentence for each gap: none, when all that is claimed is shown. */
export function factGaps(facts: readonly Fact[], evidence: Evidence): string[] {
  const inFacts = facts.flatMap((fact) => gapsOfFact(fact, evidence));
  return [...inFacts, ...evidence.scenarios.flatMap((scenario) => gapsOfScenario(scenario, facts))];
}

function gapsOfFact(fact: Fact, evidence: Evidence): string[] {
  const { id, status } = fact;
  if (status.kind !== 'modelled') {
    return status.reason.length > 20 ? [] : [`${id} is left out (${status.kind}) without a reason`];
  }
  const tests = status.shownBy ?? [];
  const shown =
    tests.length > 0 ||
    evidence.scenarios.some(({ facts }) => facts.includes(id)) ||
    evidence.mutants.some(({ facts }) => facts.includes(id));
  const gaps = shown ? [] : [`${id} is modelled, and no scenario, test or planted fault shows it`];
  return [...gaps, ...tests.flatMap((path) => gapsOfTest(id, path, evidence.read(path)))];
}

function gapsOfTest(id: string, path: string, text: string | undefined): string[] {
  if (!path.endsWith('.test.ts')) return [`${id} is shown by ${path}, which is no test`];
  if (text === undefined) return [`${id} is shown by ${path}, which does not exist`];
  return titlesAndComments(path, text).some((words) => new RegExp(`\\b${id}\\b`).test(words))
    ? []
    : [`${id} is shown by ${path}, where no title and no comment names it`];
}

/** Comments, and quoted texts of more than one word: a fact that a step of a path cites alone shows nothing. */
function titlesAndComments(path: string, text: string): string[] {
  return textsOf({ path, text }).filter((words) => words.startsWith('/') || words.includes(' '));
}

function gapsOfScenario({ name, facts }: Evidence['scenarios'][number], known: readonly Fact[]): string[] {
  const kinds = facts.map((id) => [id, known.find((fact) => fact.id === id)?.status.kind] as const);
  const gaps = kinds.flatMap(([id, kind]) => {
    if (kind === undefined) return [`scenario ${name} names ${id}, which is no fact`];
    return kind === 'not_modelled' ? [`scenario ${name} names ${id}, which is not modelled`] : [];
  });
  const [first] = kinds;
  if (first === undefined) return [`scenario ${name} shows no fact`];
  return first[1] === 'context'
    ? [...gaps, `scenario ${name} is there for ${first[0]}, a mere context`]
    : gaps;
}
