import { Alert, LinkButton } from '@grafana/ui';
import { useState } from 'react';
import type { Status } from '../../../../pkg/contract/api/status.ts';
import { useStatus } from '../../../data/useStatus.ts';
import { t } from '../../../lib/i18n.ts';
import { routes } from '../../../lib/routes.ts';
import type { Verdict } from '../../Overview/verdict.ts';
import { verdictWithoutBackup } from '../../Overview/withoutBackup.ts';
import type { SectionProps } from '../section.ts';
import { encryptionNotice, isBeforeFirstBackup } from './encryptionNotice.ts';

/** Saving a target starts its first backup, which decides whether the target is encrypted. Leads to its run. */
export function FirstBackup({ settings }: SectionProps) {
  const status = useStatus().data;
  const [wasBefore, setBefore] = useState(false);
  if (!wasBefore && isBeforeFirstBackup(status)) {
    setBefore(true);
  }
  if (status?.target.configured === true) {
    const { running, lastBackup, target } = status;
    const started = verdictWithoutBackup(status) ?? (wasBefore ? endedIn(status) : undefined);
    const run = running?.kind === 'backup' ? running : target.reachable === true ? lastBackup : undefined;
    if (started !== undefined) {
      return (
        <Alert severity={started.tone} bottomSpacing={0} title={started.title}>
          <LinkButton size="sm" variant="secondary" href={run === undefined ? routes.overview() : routes.run(run.id)}>
            {run === undefined ? t('history.toOverview', 'Go to the overview') : t('run.open', 'Open the run')}
          </LinkButton>
        </Alert>
      );
    }
  }
  const isScheduled = status?.schedules.some(({ job, expression }) => job === 'backup' && expression !== '') === true;
  if (settings.values.target.url !== '' && isScheduled && isBeforeFirstBackup(status)) {
    return (
      <Alert
        severity="info"
        bottomSpacing={0}
        title={t('encryption.saved', 'The target is saved. The first backup starts automatically.')}
      />
    );
  }
  const notice = isBeforeFirstBackup(status) ? encryptionNotice(status, settings) : undefined;
  return (
    notice && (
      <Alert severity="info" bottomSpacing={0} title={notice.title}>
        <p>
          {t('encryption.onSave', 'The first backup starts as soon as you save the target.')} {notice.text}
        </p>
        <LinkButton size="sm" variant="secondary" icon="lock" href={routes.settings('encryption')}>
          {t('encryption.choose', 'Choose encryption')}
        </LinkButton>
      </Alert>
    )
  );
}

/** The only backup, once its snapshot is known: it may have taken a second. */
function endedIn({ snapshots, newest, lastBackup }: Status): Pick<Verdict, 'tone' | 'title'> | undefined {
  return snapshots === 1 && newest !== undefined && newest.id === lastBackup?.snapshot
    ? {
        tone: lastBackup.status === 'complete' ? 'success' : 'info',
        title: t('protection.firstEnded', 'The first backup has ended'),
      }
    : undefined;
}
