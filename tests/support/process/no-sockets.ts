import { depth } from '../budget.ts';
import { sendDirectly } from '../servers/direct/direct.ts';

// With depth, all requests use connections.
if (depth() === 'quick') {
  sendDirectly();
}
