import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Stack, Text, TextLink, useStyles2 } from '@grafana/ui';
import type { Status } from '../../../pkg/contract/api/status.ts';
import { QueryView } from '../../components/QueryView.tsx';
import { RelativeTime } from '../../components/RelativeTime.tsx';
import { askedBy, runLabel, StatusBadge } from '../../components/StatusBadge.tsx';
import { useRecentRuns } from '../../data/useRuns.ts';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';

/** The newest runs of any kind, never behind what the page says of them above. */
export function RecentRuns({ status }: { status: Status }) {
  const styles = useStyles2(getStyles);
  const runs = useRecentRuns(5, seenIn(status));
  return (
    <section aria-labelledby="dashkeep-recent">
      <Stack justifyContent="space-between" alignItems="baseline">
        <Text element="h2" variant="h4" id="dashkeep-recent">
          {t('recent.title', 'Latest runs')}
        </Text>
        <TextLink href={routes.runs()} inline={false}>
          {t('recent.all', 'All runs')}
        </TextLink>
      </Stack>
      <QueryView query={runs}>
        {({ items }) =>
          items.length === 0 ? (
            <Text color="secondary">{t('recent.none', 'No runs yet.')}</Text>
          ) : (
            <ul className={styles.list}>
              {items.map((run) => (
                <li key={run.id} className={styles.item}>
                  <span className={styles.status}>
                    <StatusBadge status={run.status} />
                  </span>
                  <TextLink href={routes.run(run.id)} inline={false} color="primary">
                    {runLabel(run)}
                  </TextLink>
                  <Text color="secondary">{askedBy(run)}</Text>
                  <span className={styles.time}>
                    <RelativeTime time={run.started} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
    </section>
  );
}

function seenIn({ running, queued, lastBackup, lastRestore, lastVerify, lastDrill }: Status): string {
  return [running, queued, lastBackup, lastRestore, lastVerify, lastDrill].map((run) => run?.id ?? '').join(' ');
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ listStyle: 'none', marginTop: theme.spacing(1) }),
  item: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(0.5, 2),
    padding: theme.spacing(1, 0),
    borderTop: `1px solid ${theme.colors.border.weak}`,
  }),
  status: css({ minWidth: 110 }),
  time: css({ marginLeft: 'auto', color: theme.colors.text.secondary }),
});
