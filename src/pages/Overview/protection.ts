import type { IconName } from '@grafana/data';
import type { Status } from '../../../pkg/contract/api/status.ts';
import { formatRelative } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';

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
  switch (status.protection) {
    case 'yes':
      return {
        tone: 'success',
        icon: 'check-circle',
        title: t('protection.yes', 'Everything is safe'),
        text: t('protection.yesText', 'The last backup was made {{ago}} and is complete.', { ago }),
      };
    case 'partial':
      return {
        tone: 'warning',
        icon: 'exclamation-triangle',
        title: t('protection.partial', 'Almost everything is safe'),
        text: t('protection.partialText', 'The last backup was made {{ago}}, but some resources could not be read.', {
          ago,
        }),
      };
    case 'late':
      return {
        tone: 'error',
        icon: 'exclamation-circle',
        title: t('protection.late', 'Backups are late'),
        text: t('protection.lateText', 'The last good backup was made {{ago}}. What changed since is not safe.', {
          ago,
        }),
      };
    case 'failed':
      return {
        tone: 'error',
        icon: 'exclamation-circle',
        title: t('protection.failed', 'The last backup failed'),
        text: t('protection.failedText', 'The last good backup was made {{ago}}. It can still be restored.', { ago }),
      };
    case 'never':
      return {
        tone: 'warning',
        icon: 'exclamation-triangle',
        title: t('protection.never', 'Nothing is backed up yet'),
        text: t('protection.neverText', 'Everything is set up. Make the first backup now, or wait for the schedule.'),
      };
    case 'unconfigured':
      return {
        tone: 'info',
        icon: 'info-circle',
        title: t('protection.unconfigured', 'Choose where backups go'),
        text: t('protection.unconfiguredText', 'Dashkeep is connected. Give it a bucket, and it starts to work.'),
      };
  }
}
