// First: the flags must be set before anything else is loaded.
import './v8-flags.ts';
import { ignoreClosedOutput } from './closed-output.ts';
import { main } from './main.ts';
import { failIfUnfinished } from './unfinished.ts';

ignoreClosedOutput(process.stdout, process.stderr);
failIfUnfinished(process);

// Not process.exit: what was printed must reach its reader first. Not await either: a CommonJS module has none at its
// top.
void main(process.argv.slice(2)).then((exit) => {
  process.exitCode = exit;
});
