import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { LinkButton, Stack, Text, useStyles2 } from '@grafana/ui';
import type { DiffEntry } from '../../../pkg/contract/api/diff.ts';
import type { SnapshotRow } from '../../../pkg/contract/api/snapshots.ts';
import { ChangeBadge, changeLabel } from '../../components/ChangeBadge.tsx';
import { QueryView } from '../../components/QueryView.tsx';
import { RelativeTime } from '../../components/RelativeTime.tsx';
import { ResourceName } from '../../components/resources/ResourceName.tsx';
import { useLatestChanges } from '../../data/useDiff.ts';
import { distinctTimes, formatNumber } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { changedBy } from '../../lib/resources/savedBy.ts';
import { resourceParameter, routes } from '../../lib/routes.ts';

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
          {({ before: earlier, diff }) =>
            earlier === undefined || diff === undefined ? (
              <Text color="secondary">{t('latestChanges.first', 'There is no earlier backup to compare with.')}</Text>
            ) : (
              <Stack direction="column" gap={1}>
                <Text color="secondary">
                  {t('latestChanges.counts', 'Between the backups of {{before}} and {{after}}: {{counts}}.', {
                    before: distinctTimes([earlier.time, newest.time])(earlier.time),
                    after: distinctTimes([earlier.time, newest.time])(newest.time),
                    counts: countsText(diff.counts),
                  })}
                </Text>
                <Entries entries={diff.items} sides={{ from: earlier.id, to: newest.id }} />
              </Stack>
            )
          }
        </QueryView>
      </div>
    </section>
  );
}

interface EntriesProps {
  entries: readonly DiffEntry[];
  sides: { from: string; to: string };
}

/** Each leads to its difference. */
function Entries({ entries, sides }: EntriesProps) {
  const styles = useStyles2(getStyles);
  return (
    <ul className={styles.list} aria-label={t('latestChanges.list', 'Newest changes')}>
      {entries.map((entry) => (
        <li key={`${resourceParameter(entry)} ${entry.change}`} className={styles.item}>
          <ChangeBadge change={entry.change} />
          <ResourceName resource={entry} href={routes.compare({ ...sides, resource: resourceParameter(entry) })} />
          <Text color="secondary" variant="bodySmall">
            {changedBy(entry) ?? ''}
          </Text>
          {entry.updated !== undefined && <RelativeTime time={entry.updated} />}
        </li>
      ))}
    </ul>
  );
}

/** The numbers in words, those that are not 0. */
function countsText(counts: Record<DiffEntry['change'], number>): string {
  const parts = (['added', 'changed', 'removed'] as const)
    .filter((change) => counts[change] > 0)
    .map((change) => `${changeLabel(change)} ${formatNumber(counts[change])}`);
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
