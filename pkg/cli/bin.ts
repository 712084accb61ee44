import './memory.ts';
import { main } from './main.ts';

// Not process.exit: what was printed must reach its reader first.
process.exitCode = await main(process.argv.slice(2));
