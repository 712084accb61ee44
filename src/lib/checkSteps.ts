import type { CheckStep } from '../../pkg/contract/api/settings.ts';
import { t } from './i18n.ts';

const LABELS: Record<CheckStep['step'], () => string> = {
  resolve: () => t('check.resolve', 'Settings'),
  clock: () => t('check.clock', 'Connection and clock'),
  write: () => t('check.write', 'Write'),
  read: () => t('check.read', 'Read'),
  list: () => t('check.list', 'List'),
  delete: () => t('check.delete', 'Delete'),
  repository: () => t('check.repository', 'Existing content'),
};

/** A step of the check of a target; the name itself for one that a newer service has. */
export function checkStepLabel(step: string): string {
  return isStep(step) ? LABELS[step]() : step;
}

function isStep(step: string): step is CheckStep['step'] {
  return Object.hasOwn(LABELS, step);
}
