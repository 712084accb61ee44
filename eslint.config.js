import js from '@eslint/js';
import ts from 'typescript-eslint';
import hooks from 'eslint-plugin-react-hooks';
import a11y from 'eslint-plugin-jsx-a11y';

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
  { selector: 'TSEnumDeclaration', message: 'Use a union of strings.' },
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
const floors = [
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

const APP = [
  { regex: '(^|/)pkg/(?!contract/)', message: 'The app imports nothing of pkg/ except pkg/contract.' },
  { regex: '^(\\.\\./)+(tests|bench|scripts)/', message: 'The app imports nothing that is not shipped.' },
  { regex: '^node:', message: 'The app runs in a browser.' },
];
const NO_HTTP = { regex: '^@grafana/runtime$', importNames: ['getBackendSrv'], message: 'Only src/api talks HTTP.' };

const floorRules = floors.map((floor, height) => ({
  files: [`pkg/${floor}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          ...floors.slice(height + 1).map((higher) => ({
            regex: `^(\\.\\./)+(pkg/)?${higher}/`,
            message: `pkg/${floor} may not import pkg/${higher}: dependencies point downwards only.`,
          })),
          ...OUTSIDE,
          ...(floor === 'contract' ? [{ regex: '^node:', message: 'pkg/contract does no I/O.' }] : []),
        ],
      },
    ],
  },
}));

export default ts.config(
  { ignores: ['build/**', 'dist/**', 'node_modules/**', 'coverage/**', 'test-results/**', 'tests/golden/**'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2023 },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      'no-restricted-syntax': ['error', { selector: 'TSEnumDeclaration', message: 'Use a union of strings.' }],
      eqeqeq: ['error', 'always'],
      'prefer-const': 'error',
    },
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
      'no-restricted-syntax': ['error', ...PKG_SYNTAX, ...NO_ENGLISH_HINT],
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { paths: [{ name: 'undici', allowTypeImports: true, message: 'Use Agent and sendRequest of pkg/lib/http.' }] },
      ],
    },
  },
  // The command line speaks English, and the catalogue of errors holds the sentences themselves.
  {
    files: ['pkg/cli/**/*.ts', 'pkg/contract/errors/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...PKG_SYNTAX] },
  },
  { files: ['pkg/**/*.d.ts'], rules: { '@typescript-eslint/no-restricted-imports': 'off' } },
  { files: ['pkg/cli/config/**/*.ts'], rules: { 'no-restricted-properties': 'off' } },
  { files: ['pkg/cli/context.ts'], rules: { 'no-restricted-syntax': 'off' } },
  ...floorRules,
  {
    files: ['pkg/cli/commands/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [...OUTSIDE, { regex: '^\\./', message: 'A command imports no other command.' }] },
      ],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': hooks, 'jsx-a11y': a11y },
    rules: {
      ...hooks.configs.recommended.rules,
      ...a11y.flatConfigs.recommended.rules,
      'no-restricted-imports': ['error', { patterns: [...APP, NO_HTTP] }],
      'no-restricted-globals': ['error', { name: 'fetch', message: 'Only src/api talks HTTP.' }],
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use a union of strings.' },
        ...NO_PROSE,
      ],
    },
  },
  {
    files: ['src/api/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: APP }], 'no-restricted-globals': 'off' },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        fetch: 'readonly',
        window: 'readonly',
        document: 'readonly',
        location: 'readonly',
        localStorage: 'readonly',
        URLSearchParams: 'readonly',
      },
    },
  },
  {
    files: ['tests/real/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '(^|/)(pkg|src)/', message: 'What judges the product uses none of its code.' }] },
      ],
    },
  },
  { files: ['tests/**/*.{ts,tsx}'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
);
