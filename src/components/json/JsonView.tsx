import { ClipboardButton, Stack } from '@grafana/ui';
import { useMemo } from 'react';
import { t } from '../../lib/i18n.ts';
import { VirtualLines } from './VirtualLines.tsx';

/** JSON to read, of any size. */
export function JsonView({ value, label }: { value: unknown; label: string }) {
  const text = useMemo(() => JSON.stringify(value, null, 2), [value]);
  const lines = useMemo(() => text.split('\n'), [text]);
  return (
    <Stack direction="column" gap={1} minWidth={0}>
      <div>
        <ClipboardButton size="sm" variant="secondary" icon="copy" getText={() => text}>
          {t('json.copy', 'Copy JSON')}
        </ClipboardButton>
      </div>
      <VirtualLines label={label} count={lines.length} padded>
        {(index, place) => (
          <div key={index} {...place}>
            {lines[index]}
          </div>
        )}
      </VirtualLines>
    </Stack>
  );
}
