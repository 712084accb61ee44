import type { Scenario } from '../types.ts';
import { big } from './large-dashboard.ts';
import { full } from './full.ts';
import { gentle } from './user-latency.ts';
import { history } from './history.ts';
import { increment } from './increments.ts';
import { mirror } from './mirror.ts';
import { pages } from './pages.ts';
import { restore } from './restore.ts';
import { service } from './service.ts';
import { signing } from './signing.ts';
import { faults, strict } from './trouble.ts';
import { prune, verify } from './upkeep.ts';
import { versions } from './versions.ts';

/** Every scenario by its name, in the order of the tables. */
export const SCENARIOS: Record<string, Scenario> = {
  full,
  unchanged: increment('Backup without changes', 0),
  'changed-1': increment('Backup after changes to 1 % of the dashboards', 0.01),
  'changed-10': increment('Backup after changes to 10 % of the dashboards', 0.1),
  'restore-all': restore('Restore of everything into an empty Grafana'),
  'restore-100': restore('Restore of 100 deleted dashboards', 100),
  'restore-1': restore('Restore of one deleted dashboard', 1),
  verify: verify('Verification: every snapshot, manifest and object exists'),
  'verify-data': verify('Verification: every object is read and hashed', '--read-data'),
  prune,
  history,
  versions,
  mirror,
  signing,
  faults,
  strict,
  big,
  gentle,
  service,
  pages,
};
