import { Button, Stack, Text } from '@grafana/ui';
import { useEffect, useMemo } from 'react';
import { useKeys } from '../../hooks/useKeys.ts';
import { formatNumber } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';

export interface Steps {
  /** From 1. */
  position: number;
  total: number;
  /** Absent at the ends. */
  previous: (() => void) | undefined;
  next: (() => void) | undefined;
}

interface Listed<T> {
  items: readonly T[];
  total: number;
  loadMore: () => void;
}

/** How many rows before the end of what is loaded the next ones are read. */
const AHEAD = 3;

/** The way from one item of a list to those beside it; undefined if the list does not hold it. */
export function useSteps<T>(list: Listed<T>, at: number, go: (item: T) => void): Steps | undefined {
  const { items, total, loadMore } = list;
  const nearEnd = at >= 0 && at >= items.length - AHEAD;
  useEffect(() => {
    if (nearEnd) {
      loadMore();
    }
  }, [nearEnd, loadMore]);
  const step = (item: T | undefined) => (item === undefined ? undefined : () => go(item));
  return at < 0 ? undefined : { position: at + 1, total, previous: step(items[at - 1]), next: step(items[at + 1]) };
}

/** From one change in a list to the one before or after it, also with the keys K and J. */
export function Neighbours({ steps: { position, total, previous, next } }: { steps: Steps }) {
  const keys = useMemo(() => ({ k: previous, j: next }), [previous, next]);
  useKeys(keys);
  return (
    <Stack alignItems="center" gap={1}>
      <Button
        size="sm"
        variant="secondary"
        icon="arrow-up"
        tooltip={t('diff.previousKey', 'Previous change (K)')}
        aria-label={t('diff.previous', 'Previous change')}
        aria-keyshortcuts="K"
        disabled={previous === undefined}
        onClick={previous}
      />
      <Button
        size="sm"
        variant="secondary"
        icon="arrow-down"
        tooltip={t('diff.nextKey', 'Next change (J)')}
        aria-label={t('diff.next', 'Next change')}
        aria-keyshortcuts="J"
        disabled={next === undefined}
        onClick={next}
      />
      <Text color="secondary">
        <span role="status">
          {t('diff.position', '{{position}} of {{total}}', {
            position: formatNumber(position),
            total: formatNumber(total),
          })}
        </span>
      </Text>
    </Stack>
  );
}
