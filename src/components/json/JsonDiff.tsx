import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { useMemo, useState } from 'react';
import { plural } from '../../lib/i18n.ts';
import { diffLines, foldEqual, type FoldedLine } from '../../lib/lineDiff.ts';
import { VirtualLines } from './VirtualLines.tsx';

interface Props {
  before: unknown;
  after: unknown;
  label: string;
}

const CONTEXT = 3;

const textOf = (value: unknown): string[] => (value === undefined ? [] : JSON.stringify(value, null, 2).split('\n'));

/** Two JSON documents line by line; what is equal is folded. */
export function JsonDiff({ before, after, label }: Props) {
  const styles = useStyles2(getStyles);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const lines = useMemo(() => diffLines(textOf(before), textOf(after)), [before, after]);
  const folded = useMemo(() => foldEqual(lines, CONTEXT, open), [lines, open]);
  return (
    <VirtualLines label={label} count={folded.length}>
      {(index, { className, style }) => {
        const line = folded[index] as FoldedLine;
        if (line.change === 'folded') {
          return (
            <button
              key={index}
              type="button"
              className={cx(className, styles.folded)}
              style={style}
              onClick={() => setOpen(new Set(open).add(line.at))}
            >
              {plural('diff.folded', line.count, 'Show {{number}} unchanged line', 'Show {{number}} unchanged lines')}
            </button>
          );
        }
        const sign = line.change === 'added' ? '+' : line.change === 'removed' ? '−' : ' ';
        return (
          <div key={index} className={cx(className, styles[line.change])} style={style}>
            <span className={styles.number}>{line.before}</span>
            <span className={styles.number}>{line.after}</span>
            <span className={styles.sign}>{sign}</span>
            {line.text}
          </div>
        );
      }}
    </VirtualLines>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  same: css({}),
  added: css({ background: theme.colors.success.transparent }),
  removed: css({ background: theme.colors.error.transparent }),
  folded: css({
    textAlign: 'left',
    paddingLeft: theme.spacing(2),
    color: theme.colors.text.secondary,
    background: theme.colors.background.secondary,
    border: 'none',
    cursor: 'pointer',
  }),
  number: css({
    display: 'inline-block',
    width: '5ch',
    paddingRight: '1ch',
    textAlign: 'right',
    color: theme.colors.text.secondary,
    userSelect: 'none',
  }),
  sign: css({ display: 'inline-block', width: '2ch', textAlign: 'center', userSelect: 'none' }),
});
