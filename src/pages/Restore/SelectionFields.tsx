import { Combobox, Field, RadioButtonGroup, Stack } from '@grafana/ui';
import { useMemo } from 'react';
import { KIND_NAMES } from '../../../pkg/contract/kinds.ts';
import type { RestoreSelection } from '../../../pkg/contract/api/restores.ts';
import { MultiFilter } from '../../components/lists/MultiFilter.tsx';
import { useSnapshot, useSnapshotTree } from '../../data/useSnapshots.ts';
import { folderOptions, splitFolder } from '../../lib/folderTree.ts';
import { formatNumber } from '../../lib/format.ts';
import { plural, t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { resourceParameter } from '../../lib/routes.ts';
import type { UrlChanges } from '../../hooks/useUrlState.ts';
import { ChosenResources } from './ChosenResources.tsx';
import type { RestoreForm } from './request.ts';

interface Props {
  form: RestoreForm;
  change: (changes: UrlChanges) => void;
}

/** What is to come back: all of it, kinds, a folder with everything in it, or single things. */
export function SelectionFields({ form, change }: Props) {
  const types: { value: RestoreSelection['type']; label: string }[] = [
    { value: 'everything', label: t('restore.everything', 'Everything') },
    { value: 'folder', label: t('restore.folder', 'A folder') },
    { value: 'kinds', label: t('restore.kinds', 'Kinds') },
    { value: 'resources', label: t('restore.single', 'Individual resources') },
  ];
  return (
    <Stack direction="column" gap={2}>
      <Field label={t('restore.what', 'Selection')} noMargin useFieldset>
        <RadioButtonGroup
          id="restore-type"
          options={types}
          value={form.type}
          onChange={(type) => change({ type, uid: undefined, org: undefined, resource: undefined, kinds: undefined })}
        />
      </Field>
      {form.type === 'folder' && <FolderField form={form} change={change} />}
      {form.type === 'kinds' && <KindsField form={form} change={change} />}
      {form.type === 'resources' && (
        <ChosenResources
          snapshot={form.snapshot}
          resources={form.resources}
          onChange={(resources) =>
            change({
              type: 'resources',
              resource: resources.map(resourceParameter),
              // The plan that this started from must not bring back the last one that was taken out.
              ...(resources.length === 0 ? { plan: undefined } : {}),
            })
          }
        />
      )}
    </Stack>
  );
}

function FolderField({ form, change }: Props) {
  const tree = useSnapshotTree(form.snapshot);
  const options = useMemo(
    () =>
      folderOptions(tree.data?.folders ?? []).map(({ org, uid, path, total }) => ({
        value: `${org}/${uid}`,
        label: path,
        description: plural('restore.inFolder', total, '{{number}} resource', '{{number}} resources'),
      })),
    [tree.data],
  );
  return (
    <Field
      label={t('restore.whichFolder', 'Folder')}
      description={t('restore.folderText', 'With everything in it, such as dashboards, permissions and alert rules.')}
      noMargin
    >
      <Combobox
        id="restore-folder"
        options={options}
        value={form.folder === '' ? null : form.folder}
        loading={tree.isLoading}
        placeholder={t('restore.chooseFolder', 'Choose a folder')}
        onChange={(option) => {
          const [org, uid] = splitFolder(option.value);
          change({ type: 'folder', org: String(org), uid });
        }}
      />
    </Field>
  );
}

function KindsField({ form, change }: Props) {
  const { data } = useSnapshot(form.snapshot);
  const options = KIND_NAMES.filter((kind) => (data?.content[kind] ?? 0) > 0).map((kind) => ({
    value: kind,
    label: kindLabel(kind),
    description: formatNumber(data?.content[kind] ?? 0),
  }));
  return (
    <MultiFilter
      label={t('restore.chooseKinds', 'Choose kinds')}
      value={form.kinds}
      width={60}
      options={options}
      onChange={(kinds) => change({ type: 'kinds', kinds })}
    />
  );
}
