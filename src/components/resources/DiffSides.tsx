import { Text } from '@grafana/ui';
import type { DiffOrigin, ResourceDiff } from '../../../pkg/contract/api/diff.ts';
import { distinctTimes } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { deletedBy, savedBy } from '../../lib/resources/savedBy.ts';

interface Props {
  diff: Pick<ResourceDiff, 'from' | 'to' | 'change'>;
  /** Snapshots, or `live`. */
  sides: { from: string; to: string };
}

/** What is compared: when each side is from, and who saved what it holds. */
export function DiffSides({ diff, sides }: Props) {
  const timeText = distinctTimes(
    [diff.from, diff.to].flatMap(({ time, updated }) => [time, updated].filter((one) => isTime(one))),
  );
  const describe = (id: string, { time, updated, ...who }: DiffOrigin, nameIn = savedBy) =>
    [
      id === 'live'
        ? t('picker.live', 'Grafana now')
        : t('diff.snapshotOf', 'snapshot of {{time}}', { time: time === undefined ? id : timeText(time) }),
      nameIn(who),
      isTime(updated) ? timeText(updated) : undefined,
    ]
      .filter((part) => part !== undefined)
      .join(', ');
  return (
    <div>
      <Text element="p" color="secondary">
        {t('diff.sideBefore', 'Before: {{side}}', { side: describe(sides.from, diff.from) })}
      </Text>
      <Text element="p" color="secondary">
        {t('diff.sideAfter', 'After: {{side}}', {
          side: describe(sides.to, diff.to, diff.change === 'removed' ? deletedBy : savedBy),
        })}
      </Text>
    </div>
  );
}

/** Grafana's own answer may hold anything. */
function isTime(text: string | undefined): text is string {
  return text !== undefined && !Number.isNaN(Date.parse(text));
}
