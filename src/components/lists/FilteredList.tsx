import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Stack, Text, useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';
import { plural, t } from '../../lib/i18n.ts';
import { useUrlState } from '../../hooks/useUrlState.ts';
import { FilterRow } from './FilterRow.tsx';
import { VirtualTable, type TableProps } from './VirtualTable.tsx';

interface Props<T> extends TableProps<T> {
  /** What can be searched for; the text itself is `q` in the URL. */
  search: string;
  /** How many match, in words. */
  count: (total: number) => string;
  /** Further filters beside the search. */
  children?: ReactNode;
  /** What can be done with the rows that are ticked. */
  actions?: ReactNode;
}

/** A long list with its search and filters, how many there are, and what can be done with the chosen ones. */
export function FilteredList<T>({ search, count, children, actions, ...table }: Props<T>) {
  const styles = useStyles2(getStyles);
  const { read, change } = useUrlState();
  const { list, ticking } = table;
  const chosen = ticking?.selection.chosen.length ?? 0;
  return (
    <Stack direction="column" gap={1} minWidth={0}>
      <FilterRow search={read('q')} onSearch={(q) => change({ q })} placeholder={search}>
        {children}
      </FilterRow>
      <div className={styles.line}>
        <Text color="secondary" variant="bodySmall">
          <span role="status">
            {chosen > 0
              ? plural('list.chosen', chosen, '{{number}} selected', '{{number}} selected')
              : list.isPending || list.error !== null
                ? ' '
                : count(list.total)}
          </span>
        </Text>
        {chosen > 0 && (
          <>
            {actions}
            <Button size="sm" variant="secondary" fill="text" onClick={ticking?.selection.clear}>
              {t('list.clear', 'Clear selection')}
            </Button>
          </>
        )}
      </div>
      <VirtualTable {...table} />
    </Stack>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  line: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(0, 1.5),
    minHeight: theme.spacing(theme.components.height.sm),
  }),
});
