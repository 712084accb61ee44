// Builds the service and the command line as one file, so that an image or a laptop needs nothing but Node. A path may
// be given; one that ends in .cjs gets a CommonJS module, which is what a Node that carries its program takes. The
// entry point may follow.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { build } from 'esbuild';

const [outfile = 'build/dashkeep.mjs', entry = 'pkg/cli/bin.ts'] = process.argv.slice(2);
const { version } = JSON.parse(await readFile('package.json', 'utf8'));

const common = { bundle: true, platform: 'node', target: 'node20', minifySyntax: true, minifyWhitespace: true };
// What the second thread of a backup runs, as a text within the one file.
const press = await build({
  ...common,
  entryPoints: ['pkg/repository/objects/encode-worker.ts'],
  format: 'cjs',
  write: false,
});

// Guides that a recovery kit repeats.
const guides = {};
for (const name of ['disaster-recovery', 'rescue']) {
  guides[name] = await readFile(`docs/${name}.md`, 'utf8');
}

// SQLite, a separate file in its package.
const sqlite = (await readFile('node_modules/sql.js/dist/sql-wasm.wasm')).toString('base64');

/** Tests only need a program that works: the best compression takes ten times as long, for a tenth less. */
const QUALITY = process.env.DASHKEEP_TEST_BUILD === 'quick' ? 5 : constants.BROTLI_MAX_QUALITY;

/** Compresses what is not in the cache: that takes half of the time of a build, and packages seldom change. */
async function compressed(contents) {
  const key = createHash('sha256').update(`${process.versions.brotli} ${QUALITY}`).update(contents).digest('hex');
  const path = `build/cache/packed/${key}`;
  try {
    return await readFile(path);
  } catch {
    const result = brotliCompressSync(contents, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } });
    await replace(path, result);
    return result;
  }
}

/** Writes a file so that others that read it meanwhile read the old one or the new one. */
async function replace(path, contents, mode) {
  const part = `${path}.${process.pid}.part`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(part, contents, { mode });
  await rename(part, path);
}

// Packages of a cloud, which only its stores load: compressed within the one file, they cost others neither time nor
// memory at the start, and a tenth of the file instead of half of it.
const licenses = [];
const packed = {
  name: 'packed',
  setup({ onResolve, onLoad }) {
    // In a namespace it is CommonJS, which the files of this package are not.
    onResolve({ filter: /^\.\/sdk\.ts$/ }, ({ resolveDir }) => ({
      // Its path is in the bundle, which has the same bytes wherever it is built.
      path: relative(process.cwd(), join(resolveDir, 'sdk.ts')),
      namespace: 'packed',
    }));
    onLoad({ filter: /./, namespace: 'packed' }, async ({ path }) => {
      const { outputFiles } = await build({
        ...common,
        entryPoints: [path],
        outfile: 'sdk.cjs',
        format: 'cjs',
        minifyIdentifiers: true,
        supported: { 'dynamic-import': false },
        legalComments: 'linked',
        define: { BUILT_IN_SQLITE: JSON.stringify(sqlite) },
        write: false,
        logLevel: 'warning',
        logOverride: { 'empty-import-meta': 'silent' },
      });
      const [code, legal] = [/\.cjs$/, /\.txt$/].map((name) => outputFiles.find(({ path: at }) => name.test(at)));
      licenses.push(legal?.text ?? '');
      const text = (await compressed(code.contents)).toString('base64');
      const contents = `
        const { brotliDecompressSync } = require('node:zlib');
        const { compileFunction } = require('node:vm');
        const code = brotliDecompressSync(Buffer.from('${text}', 'base64')).toString();
        compileFunction(code, ['exports', 'require', 'module', '__dirname'])(exports, require, module, '');`;
      return { contents, loader: 'js' };
    });
  },
};

// Some dependencies are CommonJS and call require for Node's own modules.
const requireForModules = `
import { createRequire as dashkeepCreateRequire } from 'node:module';
const require = dashkeepCreateRequire(import.meta.url);`;
const format = outfile.endsWith('.cjs') ? 'cjs' : 'esm';

const { outputFiles } = await build({
  ...common,
  entryPoints: [entry],
  outfile,
  write: false,
  format,
  legalComments: 'linked',
  plugins: [packed],
  // What fastify takes when nobody gives it a way to validate; pkg/service/http/server.ts does.
  external: ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler'],
  define: {
    DASHKEEP_VERSION: JSON.stringify(version),
    BUILT_IN_GUIDES: JSON.stringify(JSON.stringify(guides)),
    BUILT_IN_PRESS: JSON.stringify(press.outputFiles[0].text),
  },
  banner: { js: `#!/usr/bin/env node${format === 'esm' ? requireForModules : ''}` },
  logLevel: 'warning',
  // Only what is run from source looks for files beside it.
  logOverride: { 'empty-import-meta': 'silent' },
});

// Otherwise, V8 keeps the whole program in memory with two bytes a character. esbuild escapes all but tagged templates.
const [odd] = /.{0,60}[^\0-\x7f].{0,20}/.exec(outputFiles.find(({ path }) => path === resolve(outfile)).text) ?? [];
if (odd !== undefined) {
  throw new Error(`the program has a character beyond ASCII, which HTML can name (&hellip;): ${odd}`);
}

for (const { path, contents: built } of outputFiles) {
  const contents = path.endsWith('.txt') ? Buffer.concat([built, Buffer.from(licenses.sort().join(''))]) : built;
  await replace(path, contents, path.endsWith('.txt') ? 0o644 : 0o755);
}
