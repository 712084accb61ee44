import { Button, Field, Input, Stack } from '@grafana/ui';
import { useState } from 'react';
import type { RestoreOptions } from '../../../../pkg/contract/api/restores.ts';
import { ServiceNotice } from '../../../components/problems/ServiceNotice.tsx';
import { useMappings, useSaveMapping } from '../../../data/useRestores.ts';
import { t } from '../../../lib/i18n.ts';
import { notifySuccess } from '../../../lib/notify.ts';
import { saveFile } from '../../../lib/saveFile.ts';
import { mappingOf, mappingText } from '../../Send/mapping.ts';
import { saveLabel } from '../../Send/MappingDialog.tsx';

/** Saves the replacements of a plan under a name, or as a file for the command line. */
export function SaveMapping({ options }: { options: RestoreOptions }) {
  const [name, setName] = useState('');
  const mappings = useMappings().data;
  const save = useSaveMapping();
  const mapping = mappingOf(options);
  if (Object.keys(mapping).length === 0) {
    return null;
  }
  const text = mappingText(mapping);
  const saved = () => notifySuccess(t('mapping.saved', 'Mapping saved'));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ name, text }, { onSuccess: saved });
      }}
    >
      <Stack direction="column" gap={1}>
        <Field
          htmlFor="plan-mapping-name"
          label={t('mapping.keep', 'Save these replacements as a mapping')}
          description={t('mapping.keepText', 'For later plans, or as a file for the command line.')}
          noMargin
        >
          <Stack gap={1} wrap="wrap">
            <Input
              id="plan-mapping-name"
              width={30}
              value={name}
              maxLength={60}
              placeholder={t('mapping.name', 'Name')}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Button type="submit" variant="secondary" icon="save" disabled={name === '' || save.isPending}>
              {saveLabel(mappings, name)}
            </Button>
            <Button
              type="button"
              variant="secondary"
              icon="download-alt"
              onClick={() => saveFile(`${name || 'mapping'}.yaml`, 'application/yaml', text)}
            >
              {t('mapping.download', 'Download as YAML')}
            </Button>
          </Stack>
        </Field>
        {save.error !== null && <ServiceNotice error={save.error} />}
      </Stack>
    </form>
  );
}
