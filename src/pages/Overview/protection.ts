import type { IconName } from '@grafana/data';
import type { Status } from '../../../pkg/contract/api/status.ts';
import { formatRelative } from '../../lib/format.ts';
import { plural, t } from '../../lib/i18n.ts';

export interface Verdict {
  tone: 'success' | 'warning' | 'error' | 'info';
  icon: IconName;
  title: string;
  text: string;
}

/** The answer to "is everything safe?", in two lines. */
export function verdictOf(status: Status): Verdict {
  const last = status.lastSuccess === undefined ? undefined : formatRelative(status.lastSuccess);
  const ago = last ?? t('protection.unknownTime', 'at an unknown time');
  const notCovered = status.notCovered?.length ?? 0;
  switch (status.protection) {
    case 'yes':
      return {
        tone: notCovered > 0 ? 'warning' : 'success',
        icon: notCovered > 0 ? 'exclamation-triangle' : 'check-circle',
        title: t('protection.yes', 'Last backup complete'),
        text:
          notCovered > 0
            ? plural(
                'protection.notCovered',
                notCovered,
                'The last backup was made {{ago}}. {{number}} organization is not backed up.',
                'The last backup was made {{ago}}. {{number}} organizations are not backed up.',
                { ago },
              )
            : t('protection.yesText', 'The last backup was made {{ago}}.', { ago }),
      };
    case 'partial':
      return {
        tone: 'warning',
        icon: 'exclamation-triangle',
        title: t('protection.partial', 'Last backup incomplete'),
        text: t('protection.partialText', 'The last backup was made {{ago}}, but some resources could not be read.', {
          ago,
        }),
      };
    case 'late':
      return {
        tone: 'error',
        icon: 'exclamation-circle',
        title: t('protection.late', 'Backups are overdue'),
        text: t('protection.lateText', 'The last good backup was made {{ago}}. Later changes are not backed up.', {
          ago,
        }),
      };
    case 'failed':
      return {
        tone: 'error',
        icon: 'exclamation-circle',
        title: t('protection.failed', 'The last backup failed'),
        text: t('protection.failedText', 'The last good backup was made {{ago}}. You can still restore it.', { ago }),
      };
    case 'never':
      return {
        tone: 'warning',
        icon: 'exclamation-triangle',
        title: t('protection.never', 'Nothing is backed up yet'),
        text: t('protection.neverText', 'Everything is set up. Make the first backup now, or wait for the schedule.'),
      };
    case 'untrusted':
      return {
        tone: 'error',
        icon: 'exclamation-circle',
        title: t('protection.untrusted', 'The stored backups were changed'),
        text: t(
          'protection.untrustedText',
          'The target is not as Dashkeep left it. Only snapshots that a trusted key signed are used. The warnings below say what to do.',
        ),
      };
    case 'unconfigured':
      return {
        tone: 'info',
        icon: 'info-circle',
        title: t('protection.unconfigured', 'Choose where to store backups'),
        text: t('protection.unconfiguredText', 'Dashkeep is connected. Choose a bucket to start backups.'),
      };
  }
}
