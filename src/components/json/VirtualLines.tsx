import { css } from '@emotion/css';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { useRef, type CSSProperties, type ReactNode } from 'react';
import { codeStyle } from '../../lib/styles.ts';

const LINE = 20;

interface Props {
  label: string;
  count: number;
  /** Space around the lines, which columns bring along. */
  padded?: boolean;
  /** One line, with the class and style that put it in its place. */
  children: (index: number, place: { className: string; style: CSSProperties }) => ReactNode;
}

/** Lines of code in a box that scrolls, however many there are: only those in view exist. */
export function VirtualLines({ label, count, padded = false, children }: Props) {
  const styles = useStyles2(getStyles, padded);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count,
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
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolled region must be reachable by keyboard
      tabIndex={0}
    >
      <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {rows
          .getVirtualItems()
          .map(({ index, start }) =>
            children(index, { className: styles.line, style: { transform: `translateY(${start}px)` } }),
          )}
      </div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2, padded: boolean) => ({
  box: css({ ...codeStyle(theme), maxHeight: '60vh', overflow: 'auto', padding: padded ? theme.spacing(1) : 0 }),
  line: css({
    position: 'absolute',
    top: 0,
    left: 0,
    minWidth: '100%',
    height: LINE,
    lineHeight: `${LINE}px`,
    whiteSpace: 'pre',
  }),
});
