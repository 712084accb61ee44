import { Alert } from '@grafana/ui';
import type { SnapshotDetail } from '../../../pkg/contract/api/snapshots.ts';
import { reasonText } from '../../lib/catalogue/reasons.ts';
import { formatTime } from '../../lib/format.ts';
import { labelled } from '../../lib/i18n.ts';

/** Says that most of a safety snapshot was copied. @param named - whether there are others beside it */
export function CopiedAlert({ snapshot, named }: { snapshot: SnapshotDetail | undefined; named?: boolean }) {
  if (snapshot?.basedOn === undefined) {
    return null;
  }
  const text = reasonText({ reason: '', code: 'snapshot-based-on', params: { time: snapshot.basedOn.started } });
  return <Alert severity="info" bottomSpacing={0} title={named ? labelled(formatTime(snapshot.time), text) : text} />;
}
