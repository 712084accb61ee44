import { Alert } from '@grafana/ui';
import { t } from '../lib/i18n.ts';
import { LabelBadge } from './LabelBadge.tsx';

/** Marks a snapshot that no trusted key has signed. */
export function ForeignBadge() {
  return <LabelBadge color="red" icon="exclamation-triangle" text={t('foreign.title', 'Untrusted')} />;
}

/** Marks a snapshot or run that a clock which was ahead dated later than now: it proves nothing yet. */
export function FutureBadge() {
  return <LabelBadge color="orange" icon="clock-nine" text={t('status.future', 'Future date')} />;
}

/** Why less can be done with such a snapshot. */
export function ForeignAlert() {
  return (
    <Alert severity="warning" bottomSpacing={0} title={t('foreign.title', 'Untrusted')}>
      {t(
        'foreign.text',
        'No trusted key signed this snapshot: anyone who can write to the target may have changed it. It is not counted, restored or rendered here. Only content that a signed snapshot also contains is shown.',
      )}
    </Alert>
  );
}
