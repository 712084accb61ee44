import { ADVICE_REASONS } from './advice/all.ts';
import { CHECK_REASONS } from './checks.ts';
import { COVERAGE_REASONS } from './snapshots/coverage.ts';
import { IMPORT_REASONS } from './snapshots/import.ts';
import { FINDING_REASONS } from './findings.ts';
import { FLEET_REASONS } from './snapshots/fleet.ts';
import { HINT_REASONS } from './hints.ts';
import { READINESS_REASONS } from './readiness.ts';
import { REPOSITORY_REASONS } from './repository.ts';
import { RETENTION_REASONS } from './snapshots/retention.ts';
import { RUN_REASONS } from './runs.ts';
import { SETTING_REASONS } from './settings.ts';
import { STATUS_REASONS } from './status.ts';
import { SUBJECT_REASONS } from './subjects.ts';

/** What any page can show: not about what a restore does to one resource. */
export const GENERAL_REASONS = {
  ...RUN_REASONS,
  ...RETENTION_REASONS,
  ...FINDING_REASONS,
  ...SUBJECT_REASONS,
  ...CHECK_REASONS,
  ...HINT_REASONS,
  ...ADVICE_REASONS,
  ...SETTING_REASONS,
  ...REPOSITORY_REASONS,
  ...STATUS_REASONS,
  ...COVERAGE_REASONS,
  ...READINESS_REASONS,
  ...FLEET_REASONS,
  ...IMPORT_REASONS,
} as const;
