import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, Text, TextLink, useStyles2 } from '@grafana/ui';
import type { SnapshotRow } from '../../../pkg/contract/api/snapshots.ts';
import { KIND_NAMES, SERVER_KINDS, type KindName } from '../../../pkg/contract/kinds.ts';
import { formatNumber } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { kindIcon, kindLabel } from '../../lib/kinds.ts';
import { routes } from '../../lib/routes.ts';

interface Props {
  snapshot: SnapshotRow;
  content: Partial<Record<KindName, number>>;
}

/** What the newest snapshot holds, kind by kind; each leads to the resources themselves. */
export function Content({ snapshot, content }: Props) {
  const styles = useStyles2(getStyles);
  const all = KIND_NAMES.filter((kind) => (content[kind] ?? 0) > 0);
  const kinds = all.filter((kind) => !SERVER_KINDS.has(kind));
  // Of the whole server: no page shows them, and no other count includes them.
  const server = all.filter((kind) => SERVER_KINDS.has(kind));
  return (
    <section aria-labelledby="dashkeep-content">
      <Text element="h2" variant="h4" id="dashkeep-content">
        {t('overview.content', 'Contents')}
      </Text>
      <ul className={styles.grid}>
        {kinds.map((kind) => (
          <li key={kind} className={styles.tile}>
            <Icon name={kindIcon(kind)} size="lg" />
            <TextLink href={routes.snapshot(snapshot.id, { kind })} inline={false} color="primary">
              {kindLabel(kind)}
            </TextLink>
            <span className={styles.count}>{formatNumber(content[kind] ?? 0)}</span>
          </li>
        ))}
      </ul>
      {server.length > 0 && (
        <Text element="p" color="secondary">
          {t('leftOut.server', 'Also contains, available only on the command line: {{kinds}}.', {
            kinds: server.map((kind) => `${kindLabel(kind)} (${formatNumber(content[kind] ?? 0)})`).join(', '),
          })}
        </Text>
      )}
    </section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  grid: css({
    listStyle: 'none',
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(220px, 1fr))',
    gap: theme.spacing(1),
    margin: theme.spacing(1, 0),
  }),
  tile: css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(1),
    padding: theme.spacing(1, 1.5),
    color: theme.colors.text.secondary,
    background: theme.colors.background.secondary,
    borderRadius: theme.shape.radius.default,
  }),
  count: css({
    marginLeft: 'auto',
    color: theme.colors.text.primary,
    fontWeight: theme.typography.fontWeightMedium,
    fontFeatureSettings: '"tnum"',
  }),
});
