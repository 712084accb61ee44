import { config } from '@grafana/runtime';
import { Combobox, Field, Input, Stack } from '@grafana/ui';
import { useMemo } from 'react';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { useLiveFolders } from '../../data/useLiveFolders.ts';
import { folderOptions } from '../../lib/folderTree.ts';
import { t } from '../../lib/i18n.ts';
import type { UrlChanges } from '../../hooks/useUrlState.ts';
import { targetOrg, type RestoreForm } from './request.ts';

interface Props {
  form: RestoreForm;
  change: (changes: UrlChanges) => void;
}

/** What copies are called and where they go. */
export function CopyFields({ form, change }: Props) {
  return (
    <Stack direction="column" gap={2}>
      <Stack direction={{ xs: 'column', md: 'row' }} gap={2}>
        <Field label={t('mode.suffix', 'Title suffix')} noMargin>
          <Input
            id="restore-suffix"
            width={30}
            value={form.suffix}
            placeholder={t('mode.suffixExample', '(restored)')}
            onChange={(event) => change({ suffix: event.currentTarget.value })}
          />
        </Field>
        <TargetFolder form={form} change={change} />
      </Stack>
    </Stack>
  );
}

/** The folders that exist now where the copies go. */
function TargetFolder({ form, change }: Props) {
  const folders = useLiveFolders(targetOrg(form) ?? config.bootData.user.orgId);
  const options = useMemo(
    () => folderOptions(folders.data ?? []).map(({ uid, path }) => ({ value: uid, label: path })),
    [folders.data],
  );
  return (
    <div>
      <Field label={t('mode.copyTo', 'Destination folder')} noMargin>
        <Combobox
          id="restore-copy-to"
          width={40}
          isClearable
          loading={folders.isLoading}
          options={options}
          value={form.copyTo === '' ? null : form.copyTo}
          placeholder={t('mode.sameFolder', 'Original folder')}
          onChange={(option) => change({ copyTo: option?.value })}
        />
      </Field>
      {folders.error !== null && <ServiceNotice error={folders.error} onRetry={() => void folders.refetch()} />}
    </div>
  );
}
