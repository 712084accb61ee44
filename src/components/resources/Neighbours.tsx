import { Button, Stack, Text } from '@grafana/ui';
import { useMemo } from 'react';
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
