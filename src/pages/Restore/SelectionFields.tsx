import { Combobox, Field, RadioButtonGroup, Stack, type ComboboxOption } from '@grafana/ui';
import { useCallback, useMemo } from 'react';
import { KIND_NAMES } from '../../../pkg/contract/kinds.ts';
import type { RestoreSelection } from '../../../pkg/contract/api/restores.ts';
import { MultiFilter } from '../../components/MultiFilter.tsx';
import { findResources, useResource, useSnapshot, useSnapshotTree } from '../../data/useSnapshots.ts';
import { folderOptions } from '../../lib/folderTree.ts';
import { formatNumber } from '../../lib/format.ts';
import { plural, t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { parseResource, resourceParameter } from '../../lib/routes.ts';
import { splitFolder } from '../Snapshot/ResourceList.tsx';
import type { RestoreForm } from './request.ts';

interface Props {
  form: RestoreForm;
  change: (changes: Record<string, string | undefined>) => void;
}

/** What is to come back: all of it, kinds, a folder with everything in it, or one thing. */
export function SelectionFields({ form, change }: Props) {
  const types: { value: RestoreSelection['type']; label: string }[] = [
    { value: 'everything', label: t('restore.everything', 'Everything') },
    { value: 'folder', label: t('restore.folder', 'A folder') },
    { value: 'kinds', label: t('restore.kinds', 'Kinds') },
    { value: 'resources', label: t('restore.single', 'One resource') },
  ];
  return (
    <Stack direction="column" gap={2}>
      <Field label={t('restore.what', 'What')} noMargin useFieldset>
        <RadioButtonGroup
          id="restore-type"
          options={types}
          value={form.type}
          onChange={(type) => change({ type, uid: undefined, org: undefined, resource: undefined, kinds: undefined })}
        />
      </Field>
      {form.type === 'folder' && <FolderField form={form} change={change} />}
      {form.type === 'kinds' && <KindsField form={form} change={change} />}
      {form.type === 'resources' && <ResourceField form={form} change={change} />}
    </Stack>
  );
}

function FolderField({ form, change }: Props) {
  const tree = useSnapshotTree(form.snapshot);
  const options = useMemo(
    () =>
      folderOptions(tree.data).map(({ id, path, count }) => ({
        value: id,
        label: path,
        description: plural('restore.inFolder', count, '{{number}} resource', '{{number}} resources'),
      })),
    [tree.data],
  );
  return (
    <Field
      label={t('restore.whichFolder', 'Which folder')}
      description={t('restore.folderText', 'With everything below it: folders, dashboards, permissions, alert rules.')}
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

function ResourceField({ form, change }: Props) {
  const { snapshot } = form;
  const chosen = parseResource(form.resource);
  const options = useCallback(
    async (text: string): Promise<ComboboxOption[]> =>
      (await findResources(snapshot, text)).map((entry) => ({
        value: resourceParameter(entry),
        label: entry.title || entry.uid,
        description: [kindLabel(entry.kind), entry.folder].filter((part) => part !== '').join(', '),
      })),
    [snapshot],
  );
  return (
    <Field label={t('restore.which', 'Which resource')} noMargin>
      {chosen === undefined ? (
        <Combobox
          id="restore-resource"
          options={options}
          value={null}
          placeholder={t('restore.chooseResource', 'Type a part of its title')}
          onChange={(option) => change({ type: 'resources', resource: option.value })}
        />
      ) : (
        <ChosenResource form={form} options={options} change={change} resource={chosen} />
      )}
    </Field>
  );
}

interface ChosenProps extends Props {
  resource: NonNullable<ReturnType<typeof parseResource>>;
  options: (text: string) => Promise<ComboboxOption[]>;
}

/** The picker again, with the title of what the URL names. */
function ChosenResource({ form, options, change, resource }: ChosenProps) {
  const { data } = useResource(form.snapshot, resource);
  return (
    <Combobox
      id="restore-resource"
      options={options}
      value={{ value: form.resource, label: data?.entry.title || resource.uid }}
      onChange={(option) => change({ type: 'resources', resource: option.value })}
    />
  );
}
