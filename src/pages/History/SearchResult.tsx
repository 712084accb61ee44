import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, LinkButton, Stack, Text, TextLink, useStyles2 } from '@grafana/ui';
import type { FoundIn, FoundText, SearchHit } from '../../../pkg/contract/api/search.ts';
import { LabelBadge } from '../../components/LabelBadge.tsx';
import { RestoreDeleted } from '../../components/resources/RestoreButton.tsx';
import { formatTime } from '../../lib/format.ts';
import { plural, t } from '../../lib/i18n.ts';
import { kindIcon, kindLabel } from '../../lib/kinds.ts';
import { deletedBy } from '../../lib/resources/savedBy.ts';
import { resourceParameter, routes } from '../../lib/routes.ts';
import { cardStyle } from '../../lib/styles.ts';

/** One resource with what was found in it, and since and until when. */
export function SearchResult({ hit }: { hit: SearchHit }) {
  const styles = useStyles2(getStyles);
  const { kind, uid, title, folder, deleted, restored = false, lastSeen, snapshot, found, more } = hit;
  const name = title || uid;
  return (
    <article className={styles.card} aria-label={name}>
      <Stack gap={1} alignItems="center" wrap="wrap">
        <Icon name={kindIcon(kind)} title={kindLabel(kind)} />
        <Text element="h2" variant="h5">
          {name}
        </Text>
        {folder !== '' && <Text color="secondary">{folder}</Text>}
        {deleted && (
          <LabelBadge
            color="red"
            icon="trash-alt"
            text={
              found.some(({ now }) => now)
                ? t('search.deletedSince', 'Deleted after the latest snapshot')
                : t('search.deleted', 'Deleted')
            }
          />
        )}
        {restored && (
          <LabelBadge color="blue" icon="history" text={t('search.restored', 'Restored after the latest snapshot')} />
        )}
        {(deleted || restored) && (
          <Text color="secondary">
            {[t('search.lastSeen', 'last seen {{time}}', { time: formatTime(lastSeen) }), deletedBy(hit)]
              .filter(Boolean)
              .join(' · ')}
          </Text>
        )}
      </Stack>
      <ul className={styles.list}>
        {found.map((one) => (
          <li key={`${one.where} ${one.panel} ${one.text}`} className={styles.found}>
            <Found hit={hit} found={one} />
          </li>
        ))}
      </ul>
      {more > 0 && (
        <Text color="secondary">
          {plural('search.moreTexts', more, 'and {{number}} more match', 'and {{number}} more matches')}
        </Text>
      )}
      <Stack gap={1} wrap="wrap">
        {deleted && snapshot !== undefined && <RestoreDeleted snapshot={snapshot} resource={hit} />}
        <LinkButton size="sm" variant="secondary" icon="history" href={routes.versions(kind, uid)}>
          {t('search.versions', 'Earlier versions')}
        </LinkButton>
      </Stack>
    </article>
  );
}

function Found({ hit, found }: { hit: SearchHit; found: FoundText }) {
  const styles = useStyles2(getStyles);
  const { where, text, panel, now, until = '', snapshot } = found;
  return (
    <>
      <Text color="secondary" variant="bodySmall">
        {panel === undefined
          ? placeLabel(where)
          : t('search.within', '{{what}} in {{panel}}', { what: placeLabel(where), panel })}
      </Text>
      <span className={where === 'query' ? styles.query : styles.text}>{text}</span>
      <Text color={now ? 'success' : 'secondary'} variant="bodySmall">
        {now
          ? t('search.now', 'in the latest snapshot')
          : t('search.until', 'until {{time}}', { time: formatTime(until) })}
        {!now && (
          <>
            {' · '}
            <TextLink inline variant="bodySmall" href={routes.snapshot(snapshot, { resource: resourceParameter(hit) })}>
              {t('search.snapshot', 'last snapshot that contains it')}
            </TextLink>
          </>
        )}
      </Text>
    </>
  );
}

function placeLabel(where: FoundIn): string {
  const all: Record<FoundIn, string> = {
    title: t('search.in.title', 'Title'),
    uid: t('search.in.uid', 'UID'),
    panel: t('search.in.panel', 'Panel'),
    row: t('search.in.row', 'Row or tab'),
    rule: t('search.in.rule', 'Alert rule'),
    query: t('search.in.query', 'Query'),
    tag: t('search.in.tag', 'Tag'),
    'data-source': t('search.in.data-source', 'Data source'),
    variable: t('search.in.variable', 'Variable'),
  };
  return all[where];
}

const getStyles = (theme: GrafanaTheme2) => {
  const text = { overflowWrap: 'anywhere', minWidth: 0 } as const;
  return {
    card: css(cardStyle(theme)),
    list: css({ listStyle: 'none', margin: 0, display: 'flex', flexDirection: 'column', gap: theme.spacing(0.5) }),
    found: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'baseline', gap: theme.spacing(0, 1), minWidth: 0 }),
    text: css({ ...text, fontWeight: theme.typography.fontWeightMedium }),
    query: css({
      ...text,
      fontFamily: theme.typography.fontFamilyMonospace,
      fontSize: theme.typography.bodySmall.fontSize,
    }),
  };
};
