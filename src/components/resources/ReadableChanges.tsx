import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2 } from '@grafana/ui';
import { useState } from 'react';
import type { ReadableChange } from '../../../pkg/contract/api/diff.ts';
import { changeText } from '../../lib/catalogue/changes.ts';
import { plural, t } from '../../lib/i18n.ts';
import { ChangeBadge } from '../ChangeBadge.tsx';
import { WordDiff } from '../json/WordDiff.tsx';
import { LabelBadge } from '../LabelBadge.tsx';

/** The number that is drawn in one step without blocking the page. */
const AT_ONCE = 50;

/** What nobody did but Grafana itself. */
const BY_GRAFANA = ['migrated', 'older-schema', 'converted', 'normalised'];

interface Props {
  changes: ReadableChange[];
  /** How many are shown before more are asked for. */
  first?: number;
}

/** What was done, one sentence each; texts that changed word by word. Many of them bit by bit. */
export function ReadableChanges({ changes, first = AT_ONCE }: Props) {
  const styles = useStyles2(getStyles);
  const [shown, setShown] = useState(first);
  const more = Math.min(changes.length - shown, AT_ONCE);
  return (
    <>
      <ol className={styles.list} aria-label={t('diff.changes', 'Changes')}>
        {changes.slice(0, shown).map((change, index) => (
          <li key={index} className={styles.item}>
            <div className={styles.head}>
              {BY_GRAFANA.includes(change.code) ? (
                <LabelBadge color="darkgrey" icon="grafana" text={t('change.byGrafana', 'By Grafana')} />
              ) : (
                <ChangeBadge change={change.change} />
              )}
              <span className={styles.text}>{changeText(change)}</span>
            </div>
            {(change.before !== undefined || change.after !== undefined) && (
              <WordDiff before={change.before} after={change.after} />
            )}
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

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ listStyle: 'none', display: 'flex', flexDirection: 'column', gap: theme.spacing(2) }),
  item: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1) }),
  head: css({ display: 'flex', alignItems: 'baseline', gap: theme.spacing(1) }),
  text: css({ overflowWrap: 'anywhere' }),
});
