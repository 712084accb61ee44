// Builds the service and the command line as one file, so that an image or a laptop needs nothing but Node. A path may
// be given; one that ends in .cjs gets a CommonJS module, which is what a Node that carries its program takes. The
// entry point may follow.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
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

// A program that is started meanwhile is the old one or the new one.
for (const { path, contents } of outputFiles) {
  const part = `${path}.${process.pid}.part`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(part, contents, { mode: path.endsWith('.txt') ? 0o644 : 0o755 });
  await rename(part, path);
}
