import { css, cx } from '@emotion/css';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { useMemo, useRef, useState } from 'react';
import { plural } from '../../lib/i18n.ts';
import { diffLines, foldEqual, type FoldedLine } from '../../lib/lineDiff.ts';

interface Props {
  before: unknown;
  after: unknown;
  label: string;
}

const LINE = 20;
const CONTEXT = 3;

const textOf = (value: unknown): string[] => (value === undefined ? [] : JSON.stringify(value, null, 2).split('\n'));

/** Two JSON documents line by line; what is equal is folded, and only the lines in view exist. */
export function JsonDiff({ before, after, label }: Props) {
  const styles = useStyles2(getStyles);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const lines = useMemo(() => diffLines(textOf(before), textOf(after)), [before, after]);
  const folded = useMemo(() => foldEqual(lines, CONTEXT, open), [lines, open]);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: folded.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE,
    overscan: 30,
  });
  return (
    <div
      ref={scroller}
      className={styles.box}
      role="region"
      aria-label={label}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolled region must be reachable by keyboard
      tabIndex={0}
    >
      <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {rows.getVirtualItems().map((row) => {
          const line = folded[row.index] as FoldedLine;
          const style = { transform: `translateY(${row.start}px)` };
          if (line.change === 'folded') {
            return (
              <button
                key={row.key}
                type="button"
                className={cx(styles.line, styles.folded)}
                style={style}
                onClick={() => setOpen(new Set(open).add(line.at))}
              >
                {plural('diff.folded', line.count, 'Show {{number}} equal line', 'Show {{number}} equal lines')}
              </button>
            );
          }
          const sign = line.change === 'added' ? '+' : line.change === 'removed' ? '−' : ' ';
          return (
            <div key={row.key} className={cx(styles.line, styles[line.change])} style={style}>
              <span className={styles.number}>{line.before}</span>
              <span className={styles.number}>{line.after}</span>
              <span className={styles.sign}>{sign}</span>
              {line.text}
            </div>
          );
        })}
      </div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  box: css({
    maxHeight: '60vh',
    overflow: 'auto',
    background: theme.colors.background.canvas,
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
    fontFamily: theme.typography.fontFamilyMonospace,
    fontSize: theme.typography.bodySmall.fontSize,
  }),
  line: css({
    position: 'absolute',
    top: 0,
    left: 0,
    minWidth: '100%',
    height: LINE,
    lineHeight: `${LINE}px`,
    whiteSpace: 'pre',
  }),
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
