import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Text, useStyles2 } from '@grafana/ui';
import { useState } from 'react';
import type { ReadableChange } from '../../../pkg/contract/api/diff.ts';
import { plural, t } from '../../lib/i18n.ts';
import { ChangeBadge } from './ChangeBadge.tsx';

/** As many as are drawn at once without the page standing still. */
const AT_ONCE = 50;

/** The differences in words: which panel, which query, which setting, and from what to what; many of them bit by bit. */
export function ReadableChanges({ changes }: { changes: ReadableChange[] }) {
  const styles = useStyles2(getStyles);
  const [shown, setShown] = useState(AT_ONCE);
  const more = Math.min(changes.length - shown, AT_ONCE);
  return (
    <>
      <ol className={styles.list} aria-label={t('diff.changes', 'Changes')}>
        {changes.slice(0, shown).map((change, index) => (
          <li key={index} className={styles.item}>
            <div className={styles.head}>
              <ChangeBadge change={change.change} />
              <span>
                {change.within.length > 0 && <Text color="secondary">{`${change.within.join(' › ')} › `}</Text>}
                <Text color="secondary">{sectionLabel(change.section)}</Text>
                {change.name !== '' && <Text weight="medium">{` ${change.name}`}</Text>}
              </span>
            </div>
            {change.fields.map((field) => (
              <dl key={field.path} className={styles.field}>
                <dt className={styles.path}>{field.path}</dt>
                <Value value={field.before} side="before" />
                <Value value={field.after} side="after" />
              </dl>
            ))}
          </li>
        ))}
      </ol>
      {more > 0 && (
        <div>
          <Button variant="secondary" size="sm" onClick={() => setShown(shown + AT_ONCE)}>
            {plural('diff.more', more, 'Show {{number}} more', 'Show {{number}} more')}
          </Button>
        </div>
      )}
    </>
  );
}

function Value({ value, side }: { value: unknown; side: 'before' | 'after' }) {
  const styles = useStyles2(getStyles);
  const text =
    value === undefined ? t('diff.nothing', 'nothing') : typeof value === 'string' ? value : JSON.stringify(value);
  const label = side === 'before' ? t('diff.before', 'Before') : t('diff.after', 'After');
  return (
    <dd className={styles[side]}>
      <span className={styles.sign} aria-label={label} role="img">
        {side === 'before' ? '−' : '+'}
      </span>
      {text === '' ? '""' : text}
    </dd>
  );
}

function sectionLabel(section: ReadableChange['section']): string {
  const labels: Record<ReadableChange['section'], string> = {
    panel: t('section.panel', 'Panel'),
    query: t('section.query', 'Query'),
    transformation: t('section.transformation', 'Transformation'),
    variable: t('section.variable', 'Variable'),
    annotation: t('section.annotation', 'Annotation'),
    link: t('section.link', 'Link'),
    rule: t('section.rule', 'Rule'),
    receiver: t('section.receiver', 'Receiver'),
    route: t('section.route', 'Route'),
    permission: t('section.permission', 'Permission'),
    member: t('section.member', 'Member'),
    setting: t('section.setting', 'Setting'),
    field: t('section.field', 'Field'),
  };
  return labels[section];
}

const getStyles = (theme: GrafanaTheme2) => {
  const value = {
    margin: 0,
    padding: theme.spacing(0.5, 1),
    fontFamily: theme.typography.fontFamilyMonospace,
    fontSize: theme.typography.bodySmall.fontSize,
    overflowWrap: 'anywhere',
    whiteSpace: 'pre-wrap',
  } as const;
  return {
    list: css({ listStyle: 'none', display: 'flex', flexDirection: 'column', gap: theme.spacing(2) }),
    item: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1) }),
    head: css({ display: 'flex', alignItems: 'baseline', gap: theme.spacing(1) }),
    field: css({ margin: 0, marginLeft: theme.spacing(2) }),
    path: css({ color: theme.colors.text.secondary, fontWeight: 'normal' }),
    before: css({ ...value, background: theme.colors.error.transparent }),
    after: css({ ...value, background: theme.colors.success.transparent }),
    sign: css({ display: 'inline-block', width: '2ch', userSelect: 'none' }),
  };
};
