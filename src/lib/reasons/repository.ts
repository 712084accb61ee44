import type { REPOSITORY_REASONS } from '../../../pkg/contract/reasons/repository.ts';
import { t } from '../i18n.ts';
import type { Text } from './text.ts';

/** What is wrong with a file of the repository. */
export const REPOSITORY_TEXTS: Record<keyof typeof REPOSITORY_REASONS, Text> = {
  'config-damaged': (given) => t('reason.config-damaged', '{{key}} in the target is damaged', given),
  'config-foreign': (given) => t('reason.config-foreign', 'Dashkeep did not write {{key}} in the target', given),
};
