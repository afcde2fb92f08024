import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  // infra/pulumi and the example on it use packages that are not there before the tools are: tests check their types.
  { ignores: ['dist', '.tools', '.aws-sam', 'coverage', '**/.aws-sam', 'worker', 'infra/pulumi', 'examples/pulumi'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      complexity: ['error', 12],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  // A tight numeric loop over typed arrays indexes within bounds by construction.
  {
    files: [
      'src/forecast/**',
      'src/economics/**',
      'src/twin/**',
      'src/controller/**',
      'src/report/**',
      'src/input/**',
      'bench/**',
      'test/**',
    ],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  { files: ['**/*.mjs', 'eslint.config.js'], ...tseslint.configs.disableTypeChecked },
  { files: ['**/*.mjs'], languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } } },
);
