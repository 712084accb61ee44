import { Alert } from '@grafana/ui';
import type { SnapshotDetail } from '../../pkg/contract/api/snapshots.ts';
import { formatTime } from '../lib/format.ts';
import { labelled, t } from '../lib/i18n.ts';
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
        'No trusted key signed this snapshot, so anyone who can write to the target may have created or changed it. It is not counted, previewed or restored. Only content that a signed snapshot also contains is shown.',
      )}
    </Alert>
  );
}

/** Says that most of a safety snapshot was copied. @param named - whether there are others beside it */
export function CopiedAlert({ snapshot, named }: { snapshot: SnapshotDetail | undefined; named?: boolean }) {
  if (snapshot?.basedOn === undefined) {
    return null;
  }
  const text = t(
    'snapshot.basedOn',
    'Only resources that a restore was about to overwrite were read. Everything else was copied from the snapshot of {{time}}.',
    { time: formatTime(snapshot.basedOn.started) },
  );
  return <Alert severity="info" bottomSpacing={0} title={named ? labelled(formatTime(snapshot.time), text) : text} />;
}
