import type { Status } from '../../../pkg/contract/api/status.ts';
import { isMassChange } from '../../../pkg/contract/losses/mass-change.ts';
import { untrustedIn } from '../../data/useStatus.ts';
import { formatRelative } from '../../lib/format.ts';
import { plural, t } from '../../lib/i18n.ts';
import type { Verdict } from './verdict.ts';
import { verdictUnreadable, verdictWithoutBackup } from './withoutBackup.ts';

/** The answer to "is everything safe?", in two lines. */
export function verdictOf(status: Status): Verdict {
  const verdict = verdictWithoutBackup(status) ?? verdictOnBackups(status);
  const { lastBackup, newest, running } = status;
  const isInterrupted =
    lastBackup?.status === 'interrupted' && lastBackup.started > (newest?.time ?? '') && running?.kind !== 'backup';
  if (!isInterrupted) {
    return verdict;
  }
  const ago = formatRelative(lastBackup.started);
  const note = t('protection.interrupted', 'A backup was interrupted {{ago}} and created no snapshot.', { ago });
  return { ...verdict, text: `${verdict.text} ${note}` };
}

function verdictOnBackups(status: Status): Verdict {
  // Of an incomplete backup the time is not that of the last good one.
  const last = status.protection === 'partial' ? status.newest?.time : status.lastSuccess;
  const ago = last === undefined ? '–' : formatRelative(last);
  const ran = t('protection.yesText', 'The last backup ran {{ago}}.', { ago });
  const mayLack: Verdict = {
    tone: 'warning',
    title: t('protection.mayLack', 'Part of Grafana may not be backed up'),
    text: ran,
  };
  const notCovered = status.notCovered?.length ?? 0;
  if (isFine(status) && status.target.reachable === false && status.lastSuccess !== undefined) {
    return verdictUnreadable(status.lastSuccess);
  }
  if (isDamaged(status)) {
    return {
      tone: 'error',
      title: t('protection.damaged', 'Stored backups may be damaged'),
      text: t(
        'protection.damagedText',
        'The last backup ran {{ago}}. The last verification found problems. Follow the warning below.',
        { ago },
      ),
    };
  }
  switch (status.protection) {
    case 'yes':
      if (untrustedIn(status) !== undefined) {
        return {
          tone: 'warning',
          title: t('protection.foreign', 'Some snapshots are untrusted'),
          text: t(
            'protection.foreignText',
            'The last backup ran {{ago}}. If the untrusted snapshots are yours, trust their key.',
            {
              ago,
            },
          ),
        };
      }
      return {
        tone: 'success',
        title: t('protection.yes', 'Last backup complete'),
        text: ran,
      };
    case 'uncovered':
      // Only what is known to be left out has such advice.
      if (notCovered === 0 && status.coverage?.advice.some(({ code }) => /^(include|orgs)-/.test(code)) === false) {
        return mayLack;
      }
      return {
        tone: 'warning',
        title: t('protection.uncovered', 'Part of Grafana is not backed up'),
        text:
          notCovered > 0
            ? plural(
                'protection.notCovered',
                notCovered,
                'The last backup ran {{ago}}. {{number}} organization is not backed up.',
                'The last backup ran {{ago}}. {{number}} organizations are not backed up.',
                { ago },
              )
            : t(
                'protection.uncoveredText',
                'The last backup ran {{ago}}. Some content is not backed up, although it was not excluded.',
                { ago },
              ),
      };
    case 'partial':
      return {
        tone: 'warning',
        title: t('protection.partial', 'Last backup incomplete'),
        text: t('protection.partialText', 'The last backup ran {{ago}}, but some resources could not be read.', {
          ago,
        }),
      };
    case 'shrunk':
      return {
        tone: 'error',
        ...(status.shrunk !== undefined && isMassChange(status.shrunk)
          ? {
              title: t('protection.massChange', 'Unusually many changes before the last backup'),
              text: t(
                'protection.massChangeText',
                'The last backup ran {{ago}}. You can still restore the last full one, which is on hold.',
                { ago },
              ),
            }
          : {
              title: t('protection.shrunk', 'Many resources are missing from the last backup'),
              text: t(
                'protection.shrunkText',
                'The last backup ran {{ago}}. You can still restore the last full one.',
                { ago },
              ),
            }),
      };
    case 'unreadable':
      return {
        tone: 'error',
        title: t('protection.unreadable', 'The private key does not decrypt the last backup'),
        text: ran,
      };
    case 'late':
      return {
        tone: 'error',
        title: t('protection.late', 'Backups are overdue'),
        text:
          last === undefined
            ? t('protection.lateNoneText', '{{before}} Later changes are not backed up.', {
                before: noneComplete(status),
              })
            : t('protection.lateText', 'The last good backup ran {{ago}}. Later changes are not backed up.', {
                ago,
              }),
      };
    case 'failed':
      return {
        tone: 'error',
        title: t('protection.failed', 'Backups are failing'),
        text:
          last === undefined
            ? noneComplete(status)
            : status.target.reachable === false
              ? t(
                  'protection.failedAway',
                  'The last good backup ran {{ago}}. You can restore it when the target responds.',
                  { ago },
                )
              : t('protection.failedText', 'The last good backup ran {{ago}}. You can still restore it.', { ago }),
      };
    case 'unknown':
      return mayLack;
    case 'never':
      return {
        tone: 'warning',
        title: t('protection.never', 'Nothing is backed up yet'),
        text: t('protection.neverText', 'Everything is set up. Create the first backup now, or wait for the schedule.'),
      };
    case 'untrusted':
      return {
        tone: 'error',
        title: t('protection.untrusted', 'The stored backups were changed'),
        text: t(
          'protection.untrustedText',
          'Someone changed the target. Only trusted snapshots are used. Follow the warnings below.',
        ),
      };
    case 'unconfigured':
      return {
        tone: 'info',
        title: t('protection.unconfigured', 'Choose where to store backups'),
        text: t('protection.unconfiguredText', 'Dashkeep is connected. Choose a target to start backups.'),
      };
  }
}

/** Whether the last verification found damage. */
function isDamaged(status: Status): boolean {
  return isFine(status) && status.warnings?.some(({ why }) => why?.code === 'stored-damaged');
}

/** Whether the backups themselves have no worse problem than a gap. */
function isFine({ protection }: Status): boolean {
  return ['yes', 'uncovered', 'partial'].includes(protection);
}

/** There are backups, and each lacks something. */
function noneComplete({ newest }: Status): string {
  return t('protection.noneComplete', 'No backup is complete yet. The newest one ran {{ago}}.', {
    ago: newest === undefined ? '–' : formatRelative(newest.time),
  });
}
