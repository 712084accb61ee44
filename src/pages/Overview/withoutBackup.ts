import type { Status } from '../../../pkg/contract/api/status.ts';
import { isSettling } from '../../data/useStatus.ts';
import { formatRelative, formatTime } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import type { Verdict } from './verdict.ts';

/**
 * What is known while no backup is: whether there can be one, since when that is unknown, and how the first one comes
 * about. Undefined where the usual words are true.
 */
export function verdictWithoutBackup(status: Status): Verdict | undefined {
  const { protection, target, newest, lastBackup, lastSuccess, running } = status;
  const isNone = protection === 'failed' || protection === 'never';
  if (newest !== undefined || !(isNone || protection === 'unknown')) {
    return undefined;
  }
  if (isNone && running?.kind === 'backup') {
    return {
      tone: 'info',
      icon: 'cloud-upload',
      title: t('protection.firstRuns', 'The first backup is running'),
      text: t('protection.firstRunsText', 'Nothing can be restored until it ends.'),
    };
  }
  if (isNone && isSettling(status)) {
    return {
      tone: 'info',
      icon: 'cloud-upload',
      title: t('protection.firstEnded', 'The first backup has ended'),
      text: t('protection.firstEndedText', 'The service is reading its snapshot. This takes a moment.'),
    };
  }
  if (target.reachable === false && lastSuccess !== undefined) {
    return verdictUnreadable(lastSuccess);
  }
  if (target.reachable === false) {
    return {
      tone: 'error',
      title: t('protection.unreachable', 'The target cannot be used'),
      text: `${
        target.since === undefined
          ? t('protection.unreachableNow', 'Dashkeep cannot read the target, so it is not known whether backups exist.')
          : t(
              'protection.unreachableSince',
              'Dashkeep has not been able to read the target since {{time}}, so it is not known whether backups exist.',
              { time: formatTime(target.since) },
            )
      } ${firstBackup(status)}`,
    };
  }
  if (!isNone || target.reachable === undefined) {
    return {
      tone: 'info',
      title: t('protection.looking', 'Looking for existing backups'),
      text: t('protection.lookingText', 'The service has not read the target yet. This takes a moment.'),
    };
  }
  if (protection === 'failed') {
    return {
      tone: 'error',
      title: t('protection.firstFailed', 'The first backup failed'),
      text: t('protection.firstFailedText', 'There is no backup yet. The last attempt was {{ago}}.', {
        ago: lastBackup === undefined ? '–' : formatRelative(lastBackup.started),
      }),
    };
  }
  return undefined;
}

/** Of a target that was read before. @param last - when the last good backup ran */
export function verdictUnreadable(last: string): Verdict {
  return {
    tone: 'error',
    title: t('protection.unreachable', 'The target cannot be used'),
    text: t(
      'protection.unreachableAfter',
      'The last good backup ran {{ago}}. Dashkeep cannot read the target, which may no longer contain this backup.',
      { ago: formatRelative(last) },
    ),
  };
}

/** Without a schedule a person starts it. */
function firstBackup({ schedules }: Status): string {
  const isScheduled = schedules.some(({ job, expression }) => job === 'backup' && expression !== '');
  return isScheduled
    ? t('protection.startsThen', 'The first backup starts as soon as the target works.')
    : t('protection.startThen', 'There is no schedule: start the first backup once the target works.');
}
