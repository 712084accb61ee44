import type { REPOSITORY_REASONS } from '../../../pkg/contract/reasons/repository.ts';
import { t } from '../i18n.ts';
import type { Text } from './text.ts';

/** What is wrong with a file of the repository. */
export const REPOSITORY_TEXTS: Record<keyof typeof REPOSITORY_REASONS, Text> = {
  'config-damaged': (given) => t('reason.config-damaged', '{{key}} in the target is damaged', given),
  'repository-replaced': (given) =>
    t(
      'reason.repository-replaced',
      'Another repository ({{found}}) is at {{target}}, where {{remembered}} was.',
      given,
    ),
  'repository-emptied': (given) =>
    t('reason.repository-emptied', 'The repository {{remembered}} and its snapshots are gone from {{target}}.', given),
  'signatures-missing': (given) =>
    t('reason.signatures-missing', 'Signatures in {{target}} are missing or do not match: {{missing}}.', given),
  'snapshot-lost': (given) =>
    t(
      'reason.snapshot-lost',
      'The newest snapshot {{snapshot}} is gone from {{target}}, and this service did not remove it.',
      given,
    ),
  'snapshot-future': (given) =>
    t(
      'reason.snapshot-future',
      'The snapshot {{snapshot}} is from the future: a clock that was ahead dated it.',
      given,
    ),
  'config-format': (given) =>
    t('reason.config-format', '{{key}} in the target has {{format}}; this version knows format 1', given),
  'repository-format': (given) =>
    t(
      'reason.repository-format',
      'The repository {{remembered}} in {{target}} was overwritten or upgraded: its configuration has {{format}}.',
      given,
    ),
  'config-foreign': (given) => t('reason.config-foreign', 'Dashkeep did not write {{key}} in the target', given),
};
