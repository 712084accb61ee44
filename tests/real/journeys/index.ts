import type { Journey } from '../journey.ts';
import { asCopy, intoOrg } from './as-copy.ts';
import { backup, backupAgain, compareLive, verify } from './backup.ts';
import { BAD_DAYS } from './bad-day.ts';
import { browser } from './browser.ts';
import { burned } from './burned.ts';
import { restart, revoked } from './interrupted.ts';
import { narrowed, orgIsolation } from './isolation.ts';
import { bootstrap } from './service.ts';
import { stopped } from './stopped.ts';

/** All journeys, in an order in which each leaves Grafana to the next as it found it. */
export const JOURNEYS: readonly Journey[] = [
  backup,
  backupAgain,
  compareLive,
  verify,
  ...BAD_DAYS,
  asCopy,
  intoOrg,
  narrowed,
  orgIsolation,
  revoked,
  restart,
  stopped,
  bootstrap,
  burned,
  browser,
];
