/** What zod found, in the words of a scenario's author. */
import type { z } from 'zod';
import { knownKeys } from './known_keys.ts';
import { shown } from './position.ts';
import { didYouMean } from './suggest.ts';
import { pathText, trouble, type DocumentPath, type Trouble } from './trouble.ts';

type Issue = z.core.$ZodIssue;

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping (key: value)',
  record: 'a mapping (name: value)',
};

const PATTERN_HINTS: Readonly<Record<string, string>> = {
  name: "a name is a letter, then letters, digits, '_', '.' or '-'",
  title: 'a title is one line that is not empty',
  facts: "a fact is K and a number, for example 'K34'",
  errno: "an errno is symbolic, for example 'EINTR'",
};

function valueAt(root: unknown, path: DocumentPath): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

function hintForPattern(path: DocumentPath): string {
  const last = path.filter((step) => typeof step === 'string').at(-1) ?? '';
  return PATTERN_HINTS[last] ?? PATTERN_HINTS['name'] ?? '';
}

/** Of the alternatives of a union, the one that got furthest: the others failed at its very type. */
function nearestAlternative(alternatives: readonly (readonly Issue[])[]): readonly Issue[] {
  const typeMatched = alternatives.find(
    (issues) => !issues.some((issue) => issue.path.length === 0 && issue.code !== 'custom'),
  );
  return typeMatched ?? alternatives[0] ?? [];
}

function unionTroubles(issue: z.core.$ZodIssueInvalidUnion, path: DocumentPath, root: unknown): Trouble[] {
  if (issue.errors.length > 0) {
    const inner = nearestAlternative(issue.errors);
    return inner.flatMap((one) => issueTroubles(one, path, root));
  }
  const options = 'options' in issue ? (issue.options ?? []).map(String) : [];
  const value = valueAt(root, path);
  const hint = typeof value === 'string' ? didYouMean(value, options) : `known: ${options.join(', ')}`;
  return [trouble(path, `${pathText(path)} is ${shown(value)}, which is not an operation`, hint)];
}

function issueTroubles(issue: Issue, base: DocumentPath, root: unknown): Trouble[] {
  const path = [...base, ...issue.path];
  const label = path.length === 0 ? 'the scenario' : pathText(path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      at: 'key',
      problem: `unknown key '${key}'`,
      hint: didYouMean(key, knownKeys(root, path)),
    }));
  }
  const value = valueAt(root, path);
  if (value === undefined && issue.code !== 'invalid_key') {
    return [trouble(path, `${label} is missing`)];
  }
  switch (issue.code) {
    case 'invalid_union':
      return unionTroubles(issue, path, root);
    case 'invalid_type':
      return [
        trouble(path, `${label} is ${shown(value)}`, `write ${TYPE_WORDS[issue.expected] ?? issue.expected}`),
      ];
    case 'invalid_value': {
      const known = issue.values.map(String);
      const hint = typeof value === 'string' ? didYouMean(value, known) : `known: ${known.join(', ')}`;
      return [trouble(path, `${label} is ${shown(value)}`, hint)];
    }
    case 'invalid_format':
      return [trouble(path, `${label} is ${shown(value)}`, hintForPattern(path))];
    case 'invalid_key':
      return [
        {
          path,
          at: 'key',
          problem: `'${String(path.at(-1))}' is not a name`,
          hint: PATTERN_HINTS['name'] ?? '',
        },
      ];
    case 'too_small':
      return [trouble(path, `${label} is empty`, 'give at least one entry, or leave the key out')];
    case 'custom': {
      const hint: unknown = issue.params?.['hint'];
      return [trouble(path, `${label}: ${issue.message}`, typeof hint === 'string' ? hint : undefined)];
    }
    default:
      return [trouble(path, `${label}: ${issue.message}`)];
  }
}

/** All issues of one parse as troubles; `base` is where the parsed value stands in the document. */
export function troublesOf(error: z.ZodError, base: DocumentPath, root: unknown): Trouble[] {
  return error.issues.flatMap((issue) => issueTroubles(issue, base, root));
}
