import { Button, Combobox, Field, FieldSet, RadioButtonGroup, Stack, Text } from '@grafana/ui';
import { S3_PRESETS } from '../../../pkg/contract/api/presets.ts';
import { t } from '../../lib/i18n.ts';
import { CheckResult } from './CheckResult.tsx';
import { DeploymentOnly } from './DeploymentOnly.tsx';
import { SecretField } from './SecretField.tsx';
import { SectionForm } from './SectionForm.tsx';
import type { SectionProps } from './section.ts';
import { choosePreset, endpointFor, formatPlace, parsePlace, presetOf, SCHEMES, type Place } from './target.ts';
import { FirstBackup } from './state/FirstBackup.tsx';
import { ObjectLock, TargetExtras } from './TargetExtras.tsx';
import { useCheckedTarget } from './state/useCheckedTarget.ts';
import { InputField } from './InputField.tsx';
import { isDeployments } from './owner.ts';

/** Where backups go, and the keys to it. */
export function TargetForm({ settings }: SectionProps) {
  const { section, check, isSame, ...checked } = useCheckedTarget({ settings });
  const { values, change, field, isLocked } = section;
  const place = parsePlace(values.url);
  // Keeps the choice while no address is typed.
  const setPlace = (changes: Partial<Place>) =>
    change({ url: formatPlace({ ...place, ...changes }) || SCHEMES[place.sort] });
  const preset = presetOf(values);
  const url = field('url');
  // The service refuses the address, and the field says so.
  const saveWithoutPlace = () => {
    const last = { url: SCHEMES[place.sort] };
    change(last);
    section.save(last);
  };
  return (
    <SectionForm
      section={{
        ...section,
        save: place.root !== '' ? checked.saveOnceChecked : url.disabled ? () => section.save() : saveWithoutPlace,
      }}
      actions={
        <>
          <Button
            variant="secondary"
            icon={check.isPending ? 'times' : 'check-circle'}
            disabled={place.root === ''}
            onClick={check.isPending ? checked.cancel : checked.start}
          >
            {check.isPending ? t('check.cancel', 'Cancel the check') : t('target.check', 'Check')}
          </Button>
          {isSame && section.isDirty && (check.isError || check.data?.ok === false) && (
            <Button variant="destructive" fill="outline" disabled={section.isSaving} onClick={() => section.save()}>
              {t('target.saveAnyway', 'Save anyway')}
            </Button>
          )}
        </>
      }
    >
      <DeploymentOnly settings={settings} section="target" />
      <FirstBackup settings={settings} />
      <Field label={t('target.sort', 'Storage type')} noMargin useFieldset>
        <RadioButtonGroup
          id="target-sort"
          disabled={url.disabled}
          value={place.sort}
          options={[
            { value: 's3' as const, label: t('target.s3', 'S3 bucket') },
            { value: 'cloud' as const, label: t('target.cloud', 'Azure or Google Cloud') },
            { value: 'file' as const, label: t('target.directory', 'Directory') },
          ]}
          onChange={(sort) => change({ url: SCHEMES[sort] })}
        />
      </Field>
      {place.sort === 'file' ? (
        <InputField
          label={t('target.path', 'Directory on the service’s machine')}
          field={url}
          id="target-root"
          width={60}
          value={place.root}
          placeholder="/var/lib/dashkeep"
          onChange={(text) => setPlace({ root: text })}
        />
      ) : place.sort === 'cloud' ? (
        <>
          <InputField
            label={t('target.address', 'Address')}
            field={field(
              'url',
              t(
                'target.addressText',
                'A container (azblob://container/folder) or bucket (gs://bucket/folder). The deployment sets the storage account and the credentials.',
              ),
            )}
            id="target-root"
            width={60}
            value={place.root}
            placeholder="azblob://container/folder"
            onChange={(text) => setPlace({ root: text })}
          />
          <ObjectLock
            section={section}
            description={t(
              'target.lockCloudText',
              'No one can delete or change a snapshot during this period, except accounts with a special permission in governance mode. A container needs version-level immutability; a bucket needs object retention and versioning.',
            )}
          />
        </>
      ) : (
        <>
          {/* It only fills in other fields. */}
          {!(isLocked('endpoint') && url.disabled) && (
            <Field
              label={t('target.provider', 'Provider')}
              noMargin
              {...field('preset', t('target.providerText', 'Fills in the region and endpoint below.'))}
            >
              <Combobox
                id="target-preset"
                width={40}
                value={values.preset}
                options={S3_PRESETS.map(({ name, label }) => ({
                  value: name,
                  label: name === 'other' ? t('target.otherProvider', 'Other S3-compatible storage') : label,
                }))}
                onChange={(option) => change(choosePreset(option.value, values.region))}
              />
            </Field>
          )}
          <Stack direction={{ xs: 'column', md: 'row' }} gap={2}>
            <InputField
              label={t('target.bucket', 'Bucket')}
              required
              field={url}
              id="target-root"
              width={40}
              value={place.root}
              onChange={(text) => setPlace({ root: text })}
            />
            <InputField
              label={t('target.prefix', 'Folder in the bucket')}
              field={{ disabled: url.disabled }}
              id="target-prefix"
              width={30}
              value={place.prefix}
              placeholder={t('target.prefixExample', 'Optional')}
              onChange={(text) => setPlace({ prefix: text })}
            />
          </Stack>
          <Stack direction={{ xs: 'column', md: 'row' }} gap={2}>
            <Field label={t('target.region', 'Region')} noMargin {...field('region')}>
              <Combobox
                id="target-region"
                width={30}
                createCustomValue
                value={values.region === '' ? null : values.region}
                options={preset.regions.map((region) => ({ value: region, label: region }))}
                onChange={(option) =>
                  change({
                    region: option.value,
                    // Only an endpoint that nobody edited follows the region.
                    ...(values.endpoint === endpointFor(preset, values.region)
                      ? { endpoint: endpointFor(preset, option.value) }
                      : {}),
                  })
                }
              />
            </Field>
            <InputField
              label={t('target.endpoint', 'Endpoint')}
              field={field(
                'endpoint',
                values.preset === 'aws' ? t('target.endpointAws', 'If empty, Amazon S3 is used.') : undefined,
              )}
              id="target-endpoint"
              width={50}
              value={values.endpoint}
              placeholder="https://…"
              onChange={(text) => change({ endpoint: text })}
            />
          </Stack>
          <FieldSet label={t('target.credentials', 'Credentials')}>
            <Stack direction="column" gap={2}>
              {!isDeployments(settings.secrets.s3AccessKeyId) && (
                <Text color="secondary">
                  {t(
                    'target.credentialsText',
                    'Leave these fields empty if the service gets its credentials from an AWS file, a role or the environment. The service never shows these values again.',
                  )}
                </Text>
              )}
              <SecretField
                name="s3AccessKeyId"
                label={t('target.accessKey', 'Access key ID')}
                settings={settings}
                section={section}
              />
              <SecretField
                name="s3SecretAccessKey"
                label={t('target.secretKey', 'Secret access key')}
                settings={settings}
                section={section}
              />
            </Stack>
          </FieldSet>
          <TargetExtras section={section} settings={settings} />
        </>
      )}
      {isSame && <CheckResult check={check} isToBeSaved={checked.isToBeSaved} />}
    </SectionForm>
  );
}
