import { Alert } from '@grafana/ui';
import type { SnapshotDetail } from '../../../pkg/contract/api/snapshots.ts';
import { formatTime } from '../../lib/format.ts';
import { labelled, t } from '../../lib/i18n.ts';

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
