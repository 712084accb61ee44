import { Alert, LinkButton } from '@grafana/ui';
import { useStatus } from '../../../data/useStatus.ts';
import { t } from '../../../lib/i18n.ts';
import { routes } from '../../../lib/routes.ts';
import { verdictWithoutBackup } from '../../Overview/withoutBackup.ts';
import type { SectionProps } from '../section.ts';
import { encryptionNotice, isBeforeFirstBackup } from './encryptionNotice.ts';

/** Saving a target starts its first backup, which decides whether the target is encrypted. */
export function FirstBackup({ settings }: SectionProps) {
  const status = useStatus().data;
  const started = status?.target.configured === true ? verdictWithoutBackup(status) : undefined;
  if (started !== undefined) {
    return (
      <Alert severity={started.tone} bottomSpacing={0} title={started.title}>
        <LinkButton size="sm" variant="secondary" href={routes.overview()}>
          {t('history.toOverview', 'Go to the overview')}
        </LinkButton>
      </Alert>
    );
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
