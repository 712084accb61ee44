import { css, cx } from '@emotion/css';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { GrafanaTheme2 } from '@grafana/data';
import { Checkbox, EmptyState, useStyles2 } from '@grafana/ui';
import { useEffect, useMemo, useRef, type ReactNode } from 'react';
import { Loading } from '../QueryView.tsx';
import { NARROW, openRow, opensRow } from './rows.ts';
import { ServiceNotice } from '../problems/ServiceNotice.tsx';
import type { PagedList } from '../../data/pages.ts';
import { t } from '../../lib/i18n.ts';
import type { Selection } from '../../hooks/useSelection.ts';

export interface Column<T> {
  /** Also names the column in the URL of tests and for React. */
  id: string;
  header: ReactNode;
  /** Width as in CSS grid: `1fr`, `120px`, `minmax(0, 2fr)`. */
  width: string;
  align?: 'right';
  /**
   * Left out where the table itself is narrower than this; see WIDTHS. The menu of Grafana takes 300 pixels of a page.
   */
  hideBelow?: keyof typeof WIDTHS;
  cell: (item: T) => ReactNode;
}

/** Pixels of a table. At 1280 pixels with the menu open it has 900. */
const WIDTHS = { xl: 1040, md: NARROW, sm: 440 } as const;

/** Puts a box to tick before each row. */
export interface Ticking<T> {
  selection: Selection<T>;
  /** What a row is called, for those who listen. */
  nameOf: (item: T) => string;
  /** Rows that cannot be chosen have no box. */
  canChoose?: (item: T) => boolean;
}

export interface TableProps<T> {
  label: string;
  list: PagedList<T>;
  columns: Column<T>[];
  rowKey: (item: T) => string;
  /** Said when nothing matches. */
  empty: string;
  /** Pixels of the list; as many as the rows need when they are fewer. */
  maxHeight?: number;
  rowHeight?: number;
  selectedKey?: string;
  ticking?: Ticking<T>;
}

/** A table of any length: only the rows in view exist, and more are read as one scrolls. */
export function VirtualTable<T>(props: TableProps<T>) {
  const { label, list, rowKey, empty, maxHeight = 640, rowHeight = 44, selectedKey, ticking } = props;
  const columns = useColumns(props.columns, list.items, ticking);
  const styles = useStyles2(getStyles, columns);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: list.items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  useEffect(() => {
    const body = scroller.current;
    body?.addEventListener('click', openRow);
    return () => body?.removeEventListener('click', openRow);
  });
  const visible = rows.getVirtualItems();
  const last = visible[visible.length - 1]?.index ?? 0;
  const { loadMore } = list;
  const nearEnd = list.items.length < list.total && last >= list.items.length - 30;
  useEffect(() => {
    if (nearEnd) {
      loadMore();
    }
  }, [nearEnd, loadMore]);

  if (list.error !== null) {
    return <ServiceNotice error={list.error} onRetry={list.refetch} />;
  }
  if (list.isPending) {
    return <Loading />;
  }
  if (list.items.length === 0) {
    return <EmptyState variant="not-found" message={empty} role="status" />;
  }
  return (
    <div role="table" aria-label={label} aria-rowcount={list.total + 1} className={styles.table}>
      <div role="rowgroup">
        <div role="row" aria-rowindex={1} className={cx(styles.row, styles.header)}>
          {columns.map((column) => (
            <div key={column.id} role="columnheader" className={cellClass(styles, column)}>
              {column.header}
            </div>
          ))}
        </div>
      </div>
      <div
        ref={scroller}
        role="rowgroup"
        // A scrolled region must be reachable by keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className={styles.body}
        style={{ maxHeight }}
      >
        <div role="presentation" style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {visible.map((row) => {
            const item = list.items[row.index] as T;
            const key = rowKey(item);
            return (
              <div
                key={key}
                role="row"
                aria-rowindex={row.index + 2}
                className={cx(styles.row, styles.item, key === selectedKey && styles.selected)}
                style={{ height: rowHeight, transform: `translateY(${row.start}px)` }}
              >
                {columns.map((column) => (
                  <div key={column.id} role="cell" className={cellClass(styles, column)}>
                    {column.cell(item)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function useColumns<T>(columns: Column<T>[], items: T[], ticking: Ticking<T> | undefined): Column<T>[] {
  return useMemo(() => {
    if (ticking === undefined) {
      return columns;
    }
    const { selection, nameOf, canChoose = () => true } = ticking;
    const choosable = items.filter(canChoose);
    const some = choosable.some(selection.has);
    const all = some && choosable.every(selection.has);
    const box: Column<T> = {
      id: 'chosen',
      header: (
        <Checkbox
          aria-label={t('table.chooseAll', 'Select all listed')}
          value={all}
          indeterminate={some && !all}
          disabled={choosable.length === 0}
          onChange={() => selection.toggleAll(choosable)}
        />
      ),
      width: '16px',
      cell: (item) =>
        canChoose(item) && (
          <Checkbox
            aria-label={t('table.choose', 'Select {{name}}', { name: nameOf(item) })}
            value={selection.has(item)}
            onChange={() => selection.toggle(item)}
          />
        ),
    };
    return [box, ...columns];
  }, [columns, items, ticking]);
}

function cellClass<T>(styles: ReturnType<typeof getStyles>, column: Column<T>): string {
  return cx(styles.cell, column.align === 'right' && styles.right, column.hideBelow && styles[column.hideBelow]);
}

const below = (name: keyof typeof WIDTHS) => `@container (max-width: ${WIDTHS[name] - 1}px)`;

/** The widths of what is shown where columns with these names are left out. */
const widths = (columns: Column<never>[], ...without: Column<never>['hideBelow'][]) =>
  columns
    .filter(({ hideBelow }) => hideBelow === undefined || !without.includes(hideBelow))
    .map((column) => column.width)
    .join(' ');

const getStyles = (theme: GrafanaTheme2, columns: Column<never>[]) => ({
  table: css({
    containerType: 'inline-size',
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
    overflow: 'hidden',
  }),
  row: css({
    display: 'grid',
    alignItems: 'center',
    columnGap: theme.spacing(2),
    padding: theme.spacing(0, 2),
    gridTemplateColumns: widths(columns),
    [below('xl')]: { gridTemplateColumns: widths(columns, 'xl') },
    [below('md')]: {
      gridTemplateColumns: widths(columns, 'xl', 'md'),
      columnGap: theme.spacing(1),
      padding: theme.spacing(0, 1),
    },
    [below('sm')]: { gridTemplateColumns: widths(columns, 'xl', 'md', 'sm') },
  }),
  header: css({
    minHeight: theme.spacing(4.5),
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
    fontWeight: theme.typography.fontWeightMedium,
    background: theme.colors.background.secondary,
    borderBottom: `1px solid ${theme.colors.border.weak}`,
  }),
  body: css({ overflowY: 'auto' }),
  item: css({
    position: 'absolute',
    top: 0,
    left: 0,
    width: '100%',
    borderBottom: `1px solid ${theme.colors.border.weak}`,
    [`&:has([${opensRow}])`]: { cursor: 'pointer', '&:hover': { background: theme.colors.background.secondary } },
  }),
  selected: css({ background: theme.colors.background.secondary }),
  cell: css({ minWidth: 0, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }),
  right: css({ textAlign: 'right', fontFeatureSettings: '"tnum"' }),
  xl: css({ [below('xl')]: { display: 'none' } }),
  md: css({ [below('md')]: { display: 'none' } }),
  sm: css({ [below('sm')]: { display: 'none' } }),
});
