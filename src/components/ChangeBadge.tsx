import { type BadgeColor } from '@grafana/ui';
import type { IconName } from '@grafana/data';
import type { Change } from '../../pkg/contract/api/diff.ts';
import { LabelBadge } from './LabelBadge.tsx';
import { t } from '../lib/i18n.ts';

const LOOKS: Record<Change, [color: BadgeColor, icon: IconName]> = {
  added: ['green', 'plus'],
  changed: ['orange', 'pen'],
  removed: ['red', 'minus'],
};

export function changeLabel(change: Change): string {
  const labels: Record<Change, string> = {
    added: t('change.added', 'Added'),
    changed: t('change.changed', 'Changed'),
    removed: t('change.removed', 'Removed'),
  };
  return labels[change];
}

export function ChangeBadge({ change }: { change: Change }) {
  const [color, icon] = LOOKS[change];
  return <LabelBadge color={color} icon={icon} text={changeLabel(change)} />;
}
