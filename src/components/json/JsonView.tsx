import { css } from '@emotion/css';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { GrafanaTheme2 } from '@grafana/data';
import { ClipboardButton, Stack, useStyles2 } from '@grafana/ui';
import { useMemo, useRef } from 'react';
import { t } from '../../lib/i18n.ts';

const LINE = 20;

/** JSON to read, of any size: only the lines in view exist. */
export function JsonView({ value, label }: { value: unknown; label: string }) {
  const styles = useStyles2(getStyles);
  const text = useMemo(() => JSON.stringify(value, null, 2), [value]);
  const lines = useMemo(() => text.split('\n'), [text]);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE,
    overscan: 30,
  });
  return (
    <Stack direction="column" gap={1} minWidth={0}>
      <div>
        <ClipboardButton size="sm" variant="secondary" icon="copy" getText={() => text}>
          {t('json.copy', 'Copy JSON')}
        </ClipboardButton>
      </div>
      <div
        ref={scroller}
        className={styles.box}
        role="region"
        aria-label={label}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolled region must be reachable by keyboard
        tabIndex={0}
      >
        <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {rows.getVirtualItems().map((row) => (
            <div key={row.key} className={styles.line} style={{ transform: `translateY(${row.start}px)` }}>
              {lines[row.index]}
            </div>
          ))}
        </div>
      </div>
    </Stack>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  box: css({
    maxHeight: '60vh',
    overflow: 'auto',
    padding: theme.spacing(1),
    background: theme.colors.background.canvas,
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
    fontFamily: theme.typography.fontFamilyMonospace,
    fontSize: theme.typography.bodySmall.fontSize,
  }),
  line: css({ position: 'absolute', top: 0, left: 0, height: LINE, lineHeight: `${LINE}px`, whiteSpace: 'pre' }),
});
