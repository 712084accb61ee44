import { Alert, Button, LinkButton, Stack, Text } from '@grafana/ui';
import type { OpenedPreview } from '../../../pkg/contract/api/previews.ts';
import { ServiceNotice } from '../problems/ServiceNotice.tsx';
import { useRemovePreview } from '../../data/usePreviews.ts';
import { formatTime } from '../../lib/format.ts';
import { labelled, t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';

/** A temporary copy of a dashboard: where it is, what it lacks, how long it stays. */
export function PreviewNotice({ preview, onRemoved }: { preview: OpenedPreview; onRemoved: () => void }) {
  const remove = useRemovePreview();
  const { title, path, expires, missing, lostDataSources } = preview;
  const lacks = [
    ...lostDataSources.map(({ name, uid }) => labelled(kindLabel('data-source'), name || uid)),
    ...missing.map(({ kind, title: name, uid }) => labelled(kindLabel(kind), name || uid)),
  ];
  return (
    <Alert severity={lacks.length === 0 ? 'success' : 'warning'} title={t('preview.ready', 'The copy is ready')}>
      <Stack direction="column" gap={1}>
        <Text element="p">
          {t(
            'preview.what',
            '“{{title}}” has its own folder, which only admins can see. Both are removed on {{time}}.',
            {
              title,
              time: formatTime(expires),
            },
          )}
        </Text>
        {lacks.length > 0 && (
          <>
            <Text element="p">
              {t('preview.lacks', 'These no longer exist, so panels that use them show an error:')}
            </Text>
            <ul>
              {lacks.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          </>
        )}
        <Stack gap={1} wrap="wrap">
          <LinkButton icon="external-link-alt" href={path} target="_blank">
            {t('preview.open', 'Open the copy')}
          </LinkButton>
          <Button
            variant="secondary"
            icon="trash-alt"
            disabled={remove.isPending}
            onClick={() => remove.mutate(preview.uid, { onSuccess: onRemoved })}
          >
            {t('preview.remove', 'Remove the copy now')}
          </Button>
        </Stack>
        {remove.error !== null && <ServiceNotice error={remove.error} />}
      </Stack>
    </Alert>
  );
}
