const PROSE = '/^(message|grafanaMessage|reason|detail|hint)$/';
const BY_CODE =
  'Go by a code: messages and reasons are for people. What only another program says in words is exempted line by line.';
/** Nothing is decided by what a message says. */
const NO_PROSE = [
  {
    selector: `CallExpression[callee.property.name=/^(includes|match|matchAll|startsWith|endsWith|search|indexOf|replace|replaceAll|split)$/]:matches([callee.object.property.name=${PROSE}], [callee.object.name=${PROSE}])`,
    message: BY_CODE,
  },
  {
    selector: `CallExpression[callee.property.name=/^(test|exec)$/]:matches([arguments.0.property.name=${PROSE}], [arguments.0.name=${PROSE}])`,
    message: BY_CODE,
  },
  {
    selector:
      'BinaryExpression[operator=/^[!=]==$/][left.property.name=/^(message|grafanaMessage|detail)$/]:matches([right.type="TemplateLiteral"], [right.value.length>0])',
    message: BY_CODE,
  },
];

/** What to do is a reason of the catalogue, so that the app can say it in the user's language. */
const NO_ENGLISH_HINT = [
  'Property[key.name="hint"] > :matches(Literal[value.length>0], TemplateLiteral, BinaryExpression)',
  'Property[key.name="hint"] > ConditionalExpression > :matches(Literal[value.length>0], TemplateLiteral)',
  'VariableDeclarator[id.name=/^(hint|[A-Z_]*HINT)$/] > :matches(Literal[value.length>0], TemplateLiteral, BinaryExpression)',
].map((selector) => ({
  selector,
  message: 'Give `advice`, a reason of the catalogue in pkg/contract/reasons/advice.',
}));

const PKG_SYNTAX = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'Time comes in from outside.' },
  ...NO_PROSE,
  {
    selector: 'CallExpression[callee.property.name=/^(push|unshift|splice)$/] > SpreadElement',
    message: 'Use append: a call cannot have 150 000 arguments, and a list may have more items.',
  },
  {
    selector: 'ImportDeclaration[importKind="value"][source.value="zod"] > ImportSpecifier',
    message: "Write import * as z from 'zod': a named import brings its fifty languages into memory.",
  },
];

/** The floors of pkg/, lowest first: a floor may import its own files and those below it. */
const FLOORS = [
  'contract',
  'lib',
  'storage',
  'grafana',
  'repository',
  'kubernetes',
  'engine',
  'operations',
  'service',
  'cli',
];

const OUTSIDE = [
  { regex: '^(\\.\\./)+(src|tests|bench|scripts)/', message: 'Only pkg/ is shipped: it imports nothing else.' },
];
const UNDICI = [{ name: 'undici', allowTypeImports: true, message: 'Use Agent and sendRequest of pkg/lib/http.' }];

const APP = [
  {
    regex: `(^|/)pkg/(${FLOORS.slice(1).join('|')})/`,
    message: 'The app imports nothing of pkg/ except pkg/contract.',
  },
  { regex: '^(\\.\\./)+(tests|bench|scripts)/', message: 'The app imports nothing that is not shipped.' },
  { regex: '^node:', message: 'The app runs in a browser.' },
];
const NO_HTTP = { regex: '^@grafana/runtime$', importNames: ['getBackendSrv'], message: 'Only src/api talks HTTP.' };

function imports(patterns, paths = []) {
  return { 'no-restricted-imports': ['error', { paths, patterns }] };
}

const floors = FLOORS.map((floor, height) => ({
  files: [`pkg/${floor}/**/*.ts`],
  rules: imports(
    [
      ...FLOORS.slice(height + 1).map((higher) => ({
        regex: `^(\\.\\./)+(pkg/)?${higher}/`,
        message: `pkg/${floor} may not import pkg/${higher}: dependencies point downwards only.`,
      })),
      ...OUTSIDE,
      ...(floor === 'contract' ? [{ regex: '^node:', message: 'pkg/contract does no I/O.' }] : []),
    ],
    UNDICI,
  ),
}));

function syntax(...restrictions) {
  return { 'dashkeep/syntax': ['error', ...restrictions] };
}

export default {
  plugins: ['typescript', 'react', 'jsx-a11y'],
  jsPlugins: ['./.config/oxlint/plugin.mjs'],
  categories: { correctness: 'error' },
  ignorePatterns: ['build/**', 'dist/**', 'coverage/**', 'test-results/**', 'tests/golden/**'],
  options: { reportUnusedDisableDirectives: 'error' },
  rules: {
    eqeqeq: ['error', 'always'],
    'no-array-constructor': 'error',
    'no-case-declarations': 'error',
    'no-empty': 'error',
    'no-fallthrough': 'error',
    'no-prototype-builtins': 'error',
    'no-regex-spaces': 'error',
    'no-unexpected-multiline': 'error',
    'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    'no-var': 'error',
    'prefer-const': 'error',
    'prefer-rest-params': 'error',
    'prefer-spread': 'error',
    // Matters of taste, and what is known about the library of long lists.
    'jsx-a11y/prefer-tag-over-role': 'off',
    'react/incompatible-library': 'off',
    'react/no-children-prop': 'off',
    'react/no-did-update-set-state': 'off',
    'typescript/ban-ts-comment': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-empty-object-type': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-namespace': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-require-imports': 'error',
    'typescript/no-unnecessary-type-constraint': 'error',
    'typescript/no-unsafe-function-type': 'error',
  },
  overrides: [
    {
      // The compiler knows of a browser everywhere.
      files: ['pkg/**/*.ts', 'tests/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
      excludeFiles: ['tests/e2e/**', 'tests/app/**', 'tests/support/preview/**'],
      env: { node: true },
      rules: { 'no-undef': 'error' },
    },
    {
      files: ['pkg/**/*.ts'],
      rules: {
        'no-console': 'error',
        'no-restricted-properties': [
          'error',
          { object: 'process', property: 'env', message: 'Only pkg/cli/config reads the environment.' },
          { object: 'Math', property: 'random', message: 'Randomness comes in from outside.' },
          { object: 'Date', property: 'now', message: 'Time comes in from outside.' },
        ],
        ...syntax(...PKG_SYNTAX, ...NO_ENGLISH_HINT),
      },
    },
    // The command line speaks English, and the catalogue of errors holds the sentences themselves.
    { files: ['pkg/cli/**/*.ts', 'pkg/contract/errors/*.ts'], rules: syntax(...PKG_SYNTAX) },
    { files: ['pkg/cli/config/**/*.ts'], rules: { 'no-restricted-properties': 'off' } },
    { files: ['pkg/cli/context.ts'], rules: { 'dashkeep/syntax': 'off' } },
    ...floors,
    {
      files: ['pkg/cli/commands/*.ts'],
      rules: imports([...OUTSIDE, { regex: '^\\./', message: 'A command imports no other command.' }], UNDICI),
    },
    {
      files: ['src/**/*.{ts,tsx}'],
      rules: {
        'react/rules-of-hooks': 'error',
        'react/unsupported-syntax': 'error',
        ...imports([...APP, NO_HTTP]),
        'no-restricted-globals': ['error', { name: 'fetch', message: 'Only src/api talks HTTP.' }],
        ...syntax(...NO_PROSE),
      },
    },
    { files: ['src/api/**/*.ts'], rules: { ...imports(APP), 'no-restricted-globals': 'off' } },
    {
      files: ['**/*.{js,mjs}'],
      env: { node: true, browser: true },
      rules: { 'no-redeclare': 'error', 'no-undef': 'error' },
    },
    {
      files: ['tests/real/**/*.ts'],
      rules: imports([{ regex: '(^|/)(pkg|src)/', message: 'What judges the product uses none of its code.' }]),
    },
    { files: ['tests/**/*.{ts,tsx}'], rules: { 'typescript/no-non-null-assertion': 'off' } },
  ],
};
