import type { DiffEntry, DiffOrigin } from '../../../pkg/contract/api/diff.ts';
import { formatTime } from '../format.ts';
import { t } from '../i18n.ts';

/** How Grafana's newer API names an account: an ID that no one knows. */
const ACCOUNT_ID = /^(user|service-account):/;

type Deletion = Pick<DiffOrigin, 'by' | 'updatedBy'> & {
  restored?: DiffOrigin['restored'] | true;
  undo?: DiffOrigin['restored'];
};

/** @returns who deleted something, in words; undefined where nothing says who */
export function deletedBy({
  by,
  restored,
  undo = restored === true ? undefined : restored,
}: Deletion): string | undefined {
  if (undo?.by !== undefined) {
    return t('versions.deletedByUndo', 'deleted by {{name}}, who undid a restore', { name: undo.by });
  }
  return by === null
    ? t('versions.deletedByGone', 'deleted by an account that no longer exists')
    : by && t('versions.deletedBy', 'deleted by {{name}}', { name: by });
}

/** @returns who saved something, or started the restore that did, in words; undefined where nothing says who */
export function savedBy({ by, updatedBy = '', restored }: DiffOrigin): string | undefined {
  if (restored !== undefined) {
    return restored.by === undefined
      ? t('versions.restored', 'restored from a backup')
      : t('versions.restoredBy', 'restored by {{name}}', { name: restored.by });
  }
  if (by === null) {
    return t('versions.byGone', 'saved by an account that no longer exists');
  }
  if (updatedBy.startsWith('provisioning:')) {
    return t('versions.byProvisioning', 'saved by provisioning');
  }
  if (updatedBy.startsWith('access-policy:')) {
    return t('versions.byGrafana', 'saved by Grafana');
  }
  const name = by ?? updatedBy;
  return name === ''
    ? undefined
    : ACCOUNT_ID.test(name)
      ? t('versions.byUnknown', 'saved by an unknown account')
      : t('versions.by', 'saved by {{name}}', { name });
}

/** @returns who made a difference, in words, and when; without what nothing says */
export function whoWhen(entry: DiffEntry): string[] {
  const by = (entry.change === 'removed' ? deletedBy : savedBy)(entry);
  return [by ?? '', entry.updated ? formatTime(entry.updated) : ''].filter((text) => text !== '');
}

/** @returns who made a difference, and when, in a line */
export function whoAndWhen(entry: DiffEntry): string {
  return whoWhen(entry).join(', ');
}

/** Why nothing says who deleted something. */
export function deletedByUnknown(): string {
  return t(
    'versions.deletedByUnknown',
    'Only Grafana 12.4 and later record who deleted something, and only for dashboards and folders.',
  );
}
