import { Alert, LinkButton } from '@grafana/ui';
import { useStatus } from '../../../data/useStatus.ts';
import { t } from '../../../lib/i18n.ts';
import { routes } from '../../../lib/routes.ts';
import { isDeployments } from '../owner.ts';
import type { SectionProps } from '../section.ts';
import { encryptionNotice, isBeforeFirstBackup } from './encryptionNotice.ts';

/** Saving a target starts its first backup, which decides whether the target is encrypted. */
export function EncryptionFirst({ settings: { values, owners } }: SectionProps) {
  const status = useStatus().data;
  const isChosen = values.encryption.recipients.length > 0 || isDeployments(owners['encryption.recipients']);
  if (isChosen || !isBeforeFirstBackup(status)) {
    return null;
  }
  const { title, text } = encryptionNotice(status);
  return (
    <Alert severity="info" bottomSpacing={0} title={title}>
      <p>
        {t('encryption.onSave', 'The first backup starts as soon as you save the target.')} {text}
      </p>
      <LinkButton size="sm" variant="secondary" icon="lock" href={routes.settings('encryption')}>
        {t('encryption.choose', 'Choose encryption')}
      </LinkButton>
    </Alert>
  );
}
