// Builds the service and the command line as one file, so that an image or a laptop needs nothing but Node. A path may be given.
import { chmod, readFile } from 'node:fs/promises';
import { build } from 'esbuild';

const outfile = process.argv[2] ?? 'build/dashkeep.mjs';
const { version } = JSON.parse(await readFile('package.json', 'utf8'));

await build({
  entryPoints: ['pkg/cli/bin.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  // What fastify takes when nobody gives it a way to validate; pkg/sidecar/http/server.ts does.
  external: ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler'],
  define: { DASHKEEP_VERSION: JSON.stringify(version) },
  banner: {
    // Some dependencies are CommonJS and call require for Node's own modules.
    js: `#!/usr/bin/env node
import { createRequire as dashkeepCreateRequire } from 'node:module';
const require = dashkeepCreateRequire(import.meta.url);`,
  },
  logLevel: 'warning',
});
await chmod(outfile, 0o755);
