import { config } from '@grafana/runtime';
import { Button, Stack, Text, TextLink } from '@grafana/ui';
import type { Preview } from '../../../pkg/contract/api/previews.ts';
import { usePreviews, useRemovePreview } from '../../data/usePreviews.ts';
import { formatTime } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { ServiceNotice } from '../problems/ServiceNotice.tsx';

/** The temporary copies that are in Grafana now, and the way to remove them; nothing where there are none. */
export function OpenCopies() {
  const { data } = usePreviews();
  const remove = useRemovePreview();
  const copies = data?.previews ?? [];
  if (copies.length === 0) {
    return null;
  }
  return (
    <section aria-labelledby="dashkeep-copies">
      <Stack direction="column" gap={1}>
        <Text element="h2" variant="h5" id="dashkeep-copies">
          {t('preview.list', 'Temporary copies in Grafana')}
        </Text>
        {copies.map((copy) => (
          <Stack key={copy.uid} alignItems="center" gap={2} wrap="wrap">
            <TextLink href={`${config.appSubUrl}${copy.path}`} inline={false}>
              {copy.title || copy.uid}
            </TextLink>
            <Text color="secondary">{madeText(copy)}</Text>
            <Button
              size="sm"
              variant="secondary"
              icon="trash-alt"
              aria-label={t('preview.removeOne', 'Remove the copy “{{title}}”', { title: copy.title || copy.uid })}
              disabled={remove.isPending}
              onClick={() => remove.mutate(copy.uid)}
            >
              {t('preview.removeShort', 'Remove')}
            </Button>
          </Stack>
        ))}
        {remove.error !== null && <ServiceNotice error={remove.error} />}
      </Stack>
    </section>
  );
}

/** Who made it and when, as far as that is known, and when it ends. */
function madeText({ by, created, expires }: Preview): string {
  const end = t('preview.ends', 'removed on {{time}}', { time: formatTime(expires) });
  if (created === undefined) {
    return end;
  }
  const time = formatTime(created);
  const made =
    by === undefined
      ? t('preview.made', 'created on {{time}}', { time })
      : t('preview.madeBy', 'created by {{name}} on {{time}}', { name: by, time });
  return `${made}, ${end}`;
}
