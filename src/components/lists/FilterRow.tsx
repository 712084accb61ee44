import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { FilterInput, useStyles2 } from '@grafana/ui';
import { useEffect, useState, type ReactNode } from 'react';
import { useDebounced } from '../../hooks/useDebounced.ts';

interface Props {
  /** What is being searched for, as the URL has it. */
  search: string;
  onSearch: (text: string) => void;
  placeholder: string;
  children?: ReactNode;
}

/** A search field with further filters beside it. Typing settles before anything is asked. */
export function FilterRow({ search, onSearch, placeholder, children }: Props) {
  const styles = useStyles2(getStyles);
  const [text, setText] = useState(search);
  const settled = useDebounced(text);
  useEffect(() => {
    if (settled !== search) {
      onSearch(settled);
    }
    // Only what was typed may change the URL; what the URL says must not be undone by an old text.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [settled]);
  return (
    <div className={styles.row} role="search">
      <div className={styles.search}>
        <FilterInput
          value={text}
          onChange={setText}
          placeholder={placeholder}
          aria-label={placeholder}
          escapeRegex={false}
        />
      </div>
      {children}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  row: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(1) }),
  search: css({ flex: '1 1 240px' }),
});
