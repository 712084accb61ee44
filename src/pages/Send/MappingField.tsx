import { Button, Combobox, Field, IconButton, Stack, Text } from '@grafana/ui';
import { useState } from 'react';
import type { Mappings } from '../../../pkg/contract/api/mappings.ts';
import { ConfirmDialog } from '../../components/ConfirmDialog.tsx';
import { useDeleteMapping } from '../../data/useRestores.ts';
import type { UrlChanges } from '../../hooks/useUrlState.ts';
import { t } from '../../lib/i18n.ts';
import { saveFile } from '../../lib/saveFile.ts';
import { mappingText } from './mapping.ts';
import { MappingDialog } from './MappingDialog.tsx';

type Saved = Mappings['mappings'][number];

interface Props {
  mappings: Saved[];
  chosen: Saved | undefined;
  change: (changes: UrlChanges) => void;
}

/** The saved mapping that a plan starts from. */
export function MappingField({ mappings, chosen, change }: Props) {
  const [open, setOpen] = useState<'load' | 'delete'>();
  const remove = useDeleteMapping();
  const close = () => setOpen(undefined);
  const choose = (saved: Saved | undefined) =>
    change({ mapping: saved?.name, newUids: saved?.mapping.uids === 'new' ? 'yes' : undefined });
  return (
    <>
      <Field
        htmlFor="send-mapping"
        label={t('mapping.field', 'Mapping')}
        description={t(
          'mapping.fieldText',
          'Optional. Replacements from an earlier plan or a file. You can change them in the plan.',
        )}
        noMargin
      >
        <Stack gap={1} alignItems="center" wrap="wrap">
          <Combobox
            id="send-mapping"
            width={40}
            isClearable
            options={mappings.map(({ name }) => ({ value: name }))}
            value={chosen?.name ?? null}
            placeholder={t('mapping.none', 'No mapping')}
            onChange={(option) => choose(mappings.find(({ name }) => name === option?.value))}
          />
          <Button type="button" variant="secondary" icon="upload" onClick={() => setOpen('load')}>
            {t('mapping.load', 'Load a file')}
          </Button>
          {chosen !== undefined && (
            <>
              <IconButton
                name="download-alt"
                tooltip={t('mapping.download', 'Download as YAML')}
                onClick={() => saveFile(`${chosen.name}.yaml`, 'application/yaml', mappingText(chosen.mapping))}
              />
              <IconButton
                name="trash-alt"
                tooltip={t('mapping.delete', 'Delete this mapping')}
                onClick={() => setOpen('delete')}
              />
            </>
          )}
        </Stack>
      </Field>
      {open === 'load' && <MappingDialog mappings={mappings} onSaved={choose} onDismiss={close} />}
      {open === 'delete' && chosen !== undefined && (
        <ConfirmDialog
          title={t('mapping.deleteTitle', 'Delete the mapping {{name}}?', { name: chosen.name })}
          confirmText={t('mapping.deleteNow', 'Delete')}
          error={remove.error}
          isPending={remove.isPending}
          onConfirm={() =>
            remove.mutate(chosen.name, {
              onSuccess: () => {
                change({ mapping: undefined });
                close();
              },
            })
          }
          onDismiss={close}
        >
          <Text element="p">{t('mapping.deleteText', 'Runs that used this mapping are not affected.')}</Text>
        </ConfirmDialog>
      )}
    </>
  );
}
