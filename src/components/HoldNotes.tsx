import { Alert, Icon, Stack, Text } from '@grafana/ui';
import type { SnapshotHold, SnapshotNote } from '../../pkg/contract/holds.ts';
import { formatTime } from '../lib/format.ts';
import { t } from '../lib/i18n.ts';

/** Marks a snapshot that nothing removes. */
export function HoldMark() {
  return (
    <Text color="info" variant="bodySmall">
      <Icon name="lock" size="sm" /> {t('hold.title', 'On hold')}
    </Text>
  );
}

/** What people said of a snapshot, in one line. */
export function marksOf({ hold, note }: { hold?: SnapshotHold | null; note?: SnapshotNote }): string {
  return [hold?.note, note?.text].filter((text) => text !== undefined && text !== '').join(' · ');
}

/** Who put a snapshot on hold, why, and until when. */
export function HoldAlert({ hold }: { hold: SnapshotHold }) {
  if (hold.unverified) {
    return (
      <Alert severity="warning" bottomSpacing={0} title={t('hold.unverified', 'On hold, but not signed')}>
        {t(
          'hold.unverifiedText',
          'No trusted key signed this hold, so its note is not shown. Anyone who can write to the target may have placed or changed it. The snapshot is kept until you release it.',
        )}
      </Alert>
    );
  }
  const { note, by, since, until } = hold;
  const title =
    until === undefined
      ? t('hold.titleOpen', 'On hold until it is released')
      : t('hold.titleUntil', 'On hold until {{time}}', { time: formatTime(until) });
  return (
    <Alert severity="info" bottomSpacing={0} title={title}>
      <Stack direction="column" gap={0.5}>
        {note !== '' && <Text>{note}</Text>}
        <Text color="secondary">
          {by === undefined
            ? t('hold.since', 'Since {{time}}', { time: formatTime(since) })
            : t('hold.sinceBy', 'Since {{time}}, by {{by}}', { time: formatTime(since), by })}
        </Text>
      </Stack>
    </Alert>
  );
}
