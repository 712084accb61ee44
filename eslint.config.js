import js from '@eslint/js';
import ts from 'typescript-eslint';
import hooks from 'eslint-plugin-react-hooks';
import a11y from 'eslint-plugin-jsx-a11y';

/** The floors of pkg/, lowest first: a floor may import its own files and those below it. */
const floors = ['contract', 'storage', 'grafana', 'repository', 'kubernetes', 'engine', 'sidecar', 'cli'];

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
          { regex: '^(\\.\\./)+(src|tests|bench|scripts)/', message: 'pkg/ imports nothing outside pkg/.' },
        ],
      },
    ],
  },
}));

export default ts.config(
  { ignores: ['build/**', 'dist/**', 'node_modules/**', 'coverage/**', 'test-results/**'] },
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
      ],
    },
  },
  { files: ['pkg/cli/config/**/*.ts'], rules: { 'no-restricted-properties': 'off' } },
  ...floorRules,
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': hooks, 'jsx-a11y': a11y },
    rules: {
      ...hooks.configs.recommended.rules,
      ...a11y.flatConfigs.recommended.rules,
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '(^|/)pkg/(?!contract/)',
              message: 'The app imports nothing of pkg/ except pkg/contract.',
            },
          ],
        },
      ],
    },
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
  { files: ['tests/**/*.{ts,tsx}'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
);
