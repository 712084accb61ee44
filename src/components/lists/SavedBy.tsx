import type { IconName } from '@grafana/data';
import { Text, TextLink, type BadgeColor } from '@grafana/ui';
import type { DiffOrigin } from '../../../pkg/contract/api/diff.ts';
import type { ResourceVersion } from '../../../pkg/contract/api/versions.ts';
import { t } from '../../lib/i18n.ts';
import { deletedBy, savedBy } from '../../lib/resources/savedBy.ts';
import { routes } from '../../lib/routes.ts';

/** Who saved or deleted a version; where a restore did, who started that, not the account of the service. */
export function SavedBy({ version }: { version: DiffOrigin & { what?: ResourceVersion['what'] } }) {
  const { restored, what } = version;
  const by = (what === 'deleted' ? deletedBy : savedBy)(version);
  return by === undefined ? null : restored === undefined ? (
    <Text color="secondary">{by}</Text>
  ) : (
    <TextLink href={routes.run(restored.run)} color="secondary" inline={false}>
      {by}
    </TextLink>
  );
}

/** Colour, icon and word for what happened. */
export function versionLooks({ what }: ResourceVersion): [color: BadgeColor, icon: IconName, label: string] {
  const all: Record<ResourceVersion['what'], [BadgeColor, IconName, string]> = {
    'first-seen': ['blue', 'eye', t('versions.firstSeen', 'First seen')],
    created: ['green', 'plus', t('versions.created', 'Created')],
    changed: ['orange', 'pen', t('versions.changed', 'Changed')],
    deleted: ['red', 'trash-alt', t('versions.removed', 'Deleted')],
    returned: ['green', 'history', t('versions.returned', 'Exists again')],
  };
  return all[what];
}
