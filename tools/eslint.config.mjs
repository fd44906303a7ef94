/**
 * Lint rules: typescript-eslint's strict set with type information. Run from the project's top:
 * `npm run lint`. Each exception says why it stands.
 */
import { fileURLToPath } from 'node:url';
import tseslint from 'typescript-eslint';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** vitest's matchers return an object, and fast-check takes any value but undefined and true as a failure. */
const BLOCK_BODIES = {
  selector:
    "CallExpression[callee.object.name='fc'][callee.property.name=/^(property|asyncProperty)$/] > ArrowFunctionExpression[body.type!='BlockStatement']:last-child",
  message: 'Give the property a block body: a returned matcher counts as a failure.',
};

const NO_SLOW_IMPORT = {
  name: '@fast-check/vitest',
  message: 'Costs seconds of import for each test file: use fc.assert(fc.property(...)).',
};

/** Ordinary TypeScript: camelCase values, PascalCase types. Properties are free: JSON is snake_case. */
const NAMES = [
  { selector: 'typeLike', format: ['PascalCase'] },
  { selector: 'function', format: ['camelCase'] },
  { selector: 'variable', format: ['camelCase', 'UPPER_CASE'] },
  { selector: 'parameter', format: ['camelCase'], leadingUnderscore: 'allow' },
  { selector: 'classMethod', format: ['camelCase'] },
  // Names from outside, such as JSON keys, keep their spelling when they are taken apart.
  { selector: ['variable', 'parameter'], modifiers: ['destructured'], format: null },
];

export default tseslint.config(
  {
    files: ['{src,properties,benchmarks}/**/*.ts', 'vitest.config.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: HERE } },
    // Silencing a rule in a comment has no effect: exceptions belong here, with their reason.
    linterOptions: { noInlineConfig: true },
    rules: {
      eqeqeq: 'error',
      'no-restricted-imports': ['error', { paths: [NO_SLOW_IMPORT] }],
      'no-restricted-syntax': ['error', BLOCK_BODIES],
      '@typescript-eslint/naming-convention': ['error', ...NAMES],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      // Messages are full of counts, line numbers and offsets; objects are still refused.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // tsconfig's noPropertyAccessFromIndexSignature asks for the brackets that this rule forbids.
      '@typescript-eslint/dot-notation': 'off',
      // `(): void => stack.push(x)` reads well and cannot be misused where the type says void.
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidOperator: true },
      ],
      // `x as number` after a bounds check names the type that is there; `x!`, which this rule asks for, does not.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // `while (true)` is how a loop with its exit in the middle is written.
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // Parameters named to satisfy an interface start with an underscore.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['src/{kernel,drivers,mutants,run}/**/*.ts', 'src/cli/fixtures/slow_mirror.ts'],
    rules: {
      // Kernel code keeps the kernel's spelling, so that a reviewer can grep both trees.
      '@typescript-eslint/naming-convention': 'off',
      // A path takes the step builders apart by name; none of them uses `this`.
      '@typescript-eslint/unbound-method': 'off',
      // A path for a Kernel runs on a System, which extends it; the rule takes the type parameter for a value.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
  {
    // The machine offers a kernel's primitives under their own names (signal_pending).
    files: ['src/machine/**/*.ts'],
    rules: {
      '@typescript-eslint/naming-convention': [
        'error',
        ...NAMES.filter(({ selector }) => selector !== 'classMethod'),
      ],
    },
  },
  {
    files: ['**/*.test.ts'],
    rules: {
      // `expect(object.method)` hands over a method on purpose.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
