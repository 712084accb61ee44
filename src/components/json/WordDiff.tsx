import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { useMemo } from 'react';
import { diffWords } from '../../lib/wordDiff.ts';
import { codeStyle } from '../../lib/styles.ts';

interface Props {
  before: unknown;
  after: unknown;
}

const textOf = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value, null, 2);

/** Two texts, or two small JSON values, in one: what went is struck through, what came is underlined. */
export function WordDiff({ before, after }: Props) {
  const styles = useStyles2(getStyles);
  const words = useMemo(() => diffWords(textOf(before), textOf(after)), [before, after]);
  return (
    <div className={styles.box}>
      {words.map(({ change, text }, index) =>
        change === 'added' ? (
          <ins key={index} className={styles.added}>
            {text}
          </ins>
        ) : change === 'removed' ? (
          <del key={index} className={styles.removed}>
            {text}
          </del>
        ) : (
          <span key={index}>{text}</span>
        ),
      )}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  box: css({
    ...codeStyle(theme),
    padding: theme.spacing(0.5, 1),
    overflowWrap: 'anywhere',
    whiteSpace: 'pre-wrap',
  }),
  added: css({ background: theme.colors.success.transparent, textDecoration: 'underline' }),
  removed: css({ background: theme.colors.error.transparent, textDecoration: 'line-through' }),
});
