import { css, cx } from '@emotion/css';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, IconButton, useStyles2 } from '@grafana/ui';
import { useMemo, useRef, useState } from 'react';
import type { SnapshotTree } from '../../../pkg/contract/api/snapshots.ts';
import { treeLines, type TreeLine } from '../../lib/folderTree.ts';
import { formatNumber } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';

interface Props {
  tree: SnapshotTree;
  /** `org/uid`, or empty for everything. */
  selected: string;
  onSelect: (id: string) => void;
}

const ROW = 34;

/** The folders of a snapshot; choosing one shows what is in it and below it. */
export function FolderTree({ tree, selected, onSelect }: Props) {
  const styles = useStyles2(getStyles);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const lines = useMemo(() => treeLines(tree, opened), [tree, opened]);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 20,
  });
  const toggle = (id: string) => {
    const next = new Set(opened);
    if (!next.delete(id)) {
      next.add(id);
    }
    setOpened(next);
  };
  const total = tree.orgs.reduce((sum, org) => sum + org.total, 0);
  return (
    <nav aria-label={t('tree.label', 'Folders')} className={styles.box}>
      <button
        type="button"
        className={cx(styles.line, selected === '' && styles.selected)}
        aria-current={selected === ''}
        onClick={() => onSelect('')}
      >
        <Icon name="home-alt" />
        <span className={styles.title}>{t('tree.all', 'Everything')}</span>
        <span className={styles.count}>{formatNumber(total)}</span>
      </button>
      <div ref={scroller} className={styles.scroller}>
        <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {rows.getVirtualItems().map((row) => {
            const line = lines[row.index] as TreeLine;
            const open = opened.has(line.id);
            return (
              <div
                key={line.id}
                className={styles.row}
                style={{ height: ROW, transform: `translateY(${row.start}px)`, paddingLeft: line.depth * 16 }}
              >
                {line.hasChildren && line.uid !== undefined ? (
                  <IconButton
                    name={open ? 'angle-down' : 'angle-right'}
                    aria-expanded={open}
                    aria-label={
                      open
                        ? t('tree.close', 'Collapse {{title}}', { title: line.title })
                        : t('tree.open', 'Expand {{title}}', { title: line.title })
                    }
                    onClick={() => toggle(line.id)}
                  />
                ) : (
                  <span className={styles.gap} />
                )}
                <button
                  type="button"
                  className={cx(styles.line, selected === line.id && styles.selected)}
                  aria-current={selected === line.id}
                  onClick={() => onSelect(line.id)}
                >
                  <Icon name={line.uid === undefined ? 'building' : 'folder'} />
                  <span className={styles.title} title={line.title}>
                    {line.title}
                  </span>
                  <span className={styles.count}>{formatNumber(line.count)}</span>
                </button>
              </div>
            );
          })}
        </div>
      </div>
    </nav>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  box: css({
    minWidth: 0,
    padding: theme.spacing(1),
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
  }),
  scroller: css({ maxHeight: 600, overflowY: 'auto', [theme.breakpoints.down('lg')]: { maxHeight: 220 } }),
  row: css({ position: 'absolute', left: 0, width: '100%', display: 'flex', alignItems: 'center', gap: 2 }),
  gap: css({ flex: '0 0 16px', marginRight: theme.spacing(0.5) }),
  line: css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(1),
    flex: 1,
    width: '100%',
    minWidth: 0,
    padding: theme.spacing(0.5, 1),
    textAlign: 'left',
    color: theme.colors.text.primary,
    background: 'transparent',
    border: 'none',
    borderRadius: theme.shape.radius.default,
    cursor: 'pointer',
    '&:hover': { background: theme.colors.action.hover },
  }),
  selected: css({
    background: theme.colors.action.selected,
    fontWeight: theme.typography.fontWeightMedium,
    '& > *': { color: theme.colors.text.primary },
  }),
  title: css({ flex: 1, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }),
  count: css({ color: theme.colors.text.secondary, fontFeatureSettings: '"tnum"' }),
});
