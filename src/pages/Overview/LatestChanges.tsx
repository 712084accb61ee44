import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { LinkButton, Stack, Text, TextLink, useStyles2 } from '@grafana/ui';
import type { ChangePage } from '../../../pkg/contract/api/changes.ts';
import type { SnapshotRow } from '../../../pkg/contract/api/snapshots.ts';
import { changeLabel } from '../../components/ChangeBadge.tsx';
import { IndexedNotice } from '../../components/problems/IndexedNotice.tsx';
import { QueryView } from '../../components/QueryView.tsx';
import { useLatestChanges } from '../../data/useLatestChanges.ts';
import { resourcesText } from '../../lib/resources/count.ts';
import { distinctTimes } from '../../lib/format.ts';
import { plural, t } from '../../lib/i18n.ts';
import { resourceParameter, routes } from '../../lib/routes.ts';
import { ChangeHead, GroupHead, sizeOf } from '../Changes/ChangeHead.tsx';
import { changesByBackup, keyOf, refOfChange } from '../Changes/feed.ts';

/** What changed between the newest backup and the one before, who saved it and when. */
export function LatestChanges({ newest }: { newest: SnapshotRow }) {
  const query = useLatestChanges(newest.id);
  const before = query.data?.before;
  const styles = useStyles2(getStyles);
  return (
    <section aria-labelledby="dashkeep-latest-changes">
      <Stack justifyContent="space-between" alignItems="center" gap={2} wrap="wrap">
        <Text element="h2" variant="h4" id="dashkeep-latest-changes">
          {t('latestChanges.title', 'Changes in the latest backup')}
        </Text>
        <Stack gap={1} wrap="wrap">
          {before && (
            <LinkButton
              variant="secondary"
              size="sm"
              icon="list-ul"
              href={routes.compare({ from: before.id, to: newest.id })}
            >
              {t('latestChanges.all', 'All changes')}
            </LinkButton>
          )}
          <LinkButton variant="secondary" size="sm" icon="user" href={routes.changes()}>
            {t('latestChanges.who', 'Who changed what')}
          </LinkButton>
          <LinkButton variant="secondary" size="sm" icon="code-branch" href={routes.compareNow(newest.id)}>
            {t('latestChanges.since', 'Changes since this backup')}
          </LinkButton>
        </Stack>
      </Stack>
      <div className={styles.content}>
        <QueryView query={query}>
          {({ before: earlier, found }) =>
            earlier === undefined || found === undefined ? (
              <Text color="secondary">{t('latestChanges.first', 'There is no earlier backup to compare with.')}</Text>
            ) : (
              <Stack direction="column" gap={1}>
                <Text color="secondary">
                  {t('latestChanges.counts', 'Between the backups of {{before}} and {{after}}: {{counts}}.', {
                    before: distinctTimes([earlier.time, newest.time])(earlier.time),
                    after: distinctTimes([earlier.time, newest.time])(newest.time),
                    counts: countsText(found),
                  })}
                </Text>
                <IndexedNotice indexed={found.indexed} />
                <Changes {...found} sides={{ from: earlier.id, to: newest.id }} />
              </Stack>
            )
          }
        </QueryView>
      </div>
    </section>
  );
}

interface ChangesProps extends Pick<ChangePage, 'items' | 'total'> {
  sides: { from: string; to: string };
}

/** As the page of all changes lists them; each leads to its difference. */
function Changes({ items, total, sides }: ChangesProps) {
  const styles = useStyles2(getStyles);
  const rows = changesByBackup(items).flatMap((backup) => backup.rows);
  const more = rows.reduce((left, row) => left - sizeOf(row), total);
  return (
    <ul className={styles.list} aria-label={t('latestChanges.list', 'Newest changes')}>
      {rows.map(({ group, changes }) => {
        const [change] = changes;
        const { deletedWith = change.resource } = change;
        const ref = refOfChange({ ...change, resource: group === undefined ? change.resource : deletedWith });
        const href = routes.compare({ ...sides, resource: resourceParameter(ref) });
        return (
          <li key={keyOf(change)} className={styles.item}>
            {group === undefined ? (
              <ChangeHead change={change} href={href} />
            ) : (
              <GroupHead changes={changes} href={href} />
            )}
          </li>
        );
      })}
      {more > 0 && (
        <li className={styles.item}>
          <TextLink href={routes.compare(sides)} variant="bodySmall">
            {plural('restore.more', more, 'and {{number}} more', 'and {{number}} more')}
          </TextLink>
        </li>
      )}
    </ul>
  );
}

/** The numbers in words, those that are not 0. */
function countsText({ counts, permissions }: Pick<ChangePage, 'counts' | 'permissions'>): string {
  const parts = (['added', 'changed', 'removed'] as const).flatMap((change) => {
    const count = counts?.[change] ?? 0;
    return count > 0 ? `${changeLabel(change)} ${resourcesText(count, permissions?.[change])}` : [];
  });
  return parts.join(', ') || t('latestChanges.none', 'no changes');
}

const getStyles = (theme: GrafanaTheme2) => ({
  content: css({ marginTop: theme.spacing(1) }),
  list: css({ listStyle: 'none', margin: 0 }),
  item: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(0.5, 1),
    padding: theme.spacing(0.5, 0),
    minWidth: 0,
  }),
});
