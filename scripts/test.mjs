// `npm test`: installs, then runs the tests (scripts/test/main.ts).
import { install, run } from './prepare.mjs';

await install();
process.exit(await run(process.execPath, ['--import', 'tsx', 'scripts/test/main.ts', ...process.argv.slice(2)]));
