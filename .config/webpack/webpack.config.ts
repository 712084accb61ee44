import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import MinimizerPlugin from 'minimizer-webpack-plugin';
import type { Configuration } from 'webpack';
import { CopyPluginFiles } from './CopyPluginFiles.ts';

/*
 * Builds the app into dist/ in the form that Grafana loads: the same form that the configuration of
 * @grafana/create-plugin gives, and nothing else.
 */
const root = resolve(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(resolve(root, 'plugin.json'), 'utf8')) as { id: string };

/** What Grafana provides at run time; the names are those of its shared dependencies. */
const PROVIDED = [
  '@emotion/css',
  '@grafana/data',
  '@grafana/runtime',
  '@grafana/ui',
  'i18next',
  'moment',
  'react',
  'react-dom',
  'react-router',
  'rxjs',
];

const PAGE_TEXTS = resolve(import.meta.dirname, 'pageTexts.mjs');

const config: Configuration = {
  mode: 'production',
  target: ['web', 'es2020'],
  context: resolve(root, 'src'),
  entry: { module: './module.tsx' },
  devtool: 'source-map',
  // Nearly every start and test builds the app, mostly as it was built before.
  cache: {
    type: 'filesystem',
    cacheDirectory: resolve(root, 'build/cache/webpack'),
    buildDependencies: { config: [import.meta.filename, PAGE_TEXTS] },
  },
  externals: [...PROVIDED, { 'amd-module': 'module' }],
  resolve: {
    extensions: ['.ts', '.tsx', '.js', '.mjs'],
    // Grafana 11 and 12 do not provide the JSX runtime, and a bundled one would belong to the wrong React.
    alias: { 'react/jsx-runtime$': resolve(root, 'src/jsxRuntime.ts') },
  },
  module: {
    rules: [
      {
        test: /\.tsx?$/,
        exclude: /node_modules/,
        use: {
          loader: 'swc-loader',
          options: {
            jsc: {
              target: 'es2022',
              parser: { syntax: 'typescript', tsx: true },
              transform: { react: { runtime: 'automatic' } },
            },
          },
        },
      },
      { test: /\/pkg\/contract\/reasons\/.+\.ts$/, enforce: 'pre', loader: PAGE_TEXTS },
      { test: /\.js$/, include: /node_modules/, resolve: { fullySpecified: false } },
    ],
  },
  output: {
    path: resolve(root, 'dist'),
    clean: true,
    filename: '[name].js',
    chunkFilename: '[name].js?_cache=[contenthash]',
    library: { type: 'amd' },
    publicPath: `public/plugins/${manifest.id}/`,
    uniqueName: manifest.id,
  },
  optimization: {
    // By default, what is smaller than 20 kB is in each page that uses it: 13 KiB gzipped of copies in all.
    splitChunks: {
      chunks: 'async',
      minSize: 4_000,
      cacheGroups: {
        // By default, each page has its own copy of these, except the first one, which needs none.
        lists: {
          test: /infiniteQueryObserver|useInfiniteQuery|[/\\]data[/\\](pages|lists)|CopiedAlert|FilterRow|MultiFilter|NoSnapshots|SnapshotPicker|useSelection|useUrlState/,
          name: 'lists',
          enforce: true,
        },
      },
    },
    // By default, Terser takes two thirds of the whole time.
    minimizer: [
      new MinimizerPlugin({ minify: MinimizerPlugin.swcMinify, minimizerOptions: { compress: { passes: 3 } } }),
    ],
  },
  performance: { hints: 'error', maxAssetSize: 250_000, maxEntrypointSize: 155_000 },
  plugins: [new CopyPluginFiles(root)],
  stats: 'errors-warnings',
};

export default config;
