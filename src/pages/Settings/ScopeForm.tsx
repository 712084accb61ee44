import { Field, MultiCombobox, RadioButtonGroup } from '@grafana/ui';
import type { ScopeSettings } from '../../../pkg/contract/api/settings.ts';
import { KIND_NAMES } from '../../../pkg/contract/kinds.ts';
import { t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { SectionForm } from './SectionForm.tsx';
import type { SectionProps } from './section.ts';
import { useSection } from './state/useSection.ts';
import { InputField } from './InputField.tsx';

/** What of Grafana is backed up. */
export function ScopeForm({ settings }: SectionProps) {
  const section = useSection(settings, 'scope');
  const { values, change, field } = section;
  return (
    <SectionForm section={section}>
      <Field useFieldset noMargin label={t('scope.orgs', 'Organizations')} {...field('orgs')}>
        <RadioButtonGroup<ScopeSettings['orgs']>
          id="scope-orgs"
          value={values.orgs}
          options={[
            { value: 'token', label: t('scope.orgsToken', 'This one') },
            { value: 'all', label: t('scope.orgsAll', 'All') },
          ]}
          onChange={(orgs) => change({ orgs })}
        />
      </Field>
      <Field
        noMargin
        label={t('scope.exclude', 'Exclude')}
        {...field('excludeKinds', t('scope.excludeText', 'All other kinds are backed up.'))}
      >
        <MultiCombobox
          id="scope-exclude"
          width={60}
          isClearable
          value={values.excludeKinds}
          placeholder={t('scope.excludeNone', 'Nothing')}
          options={KIND_NAMES.map((kind) => ({ value: kind, label: kindLabel(kind) }))}
          onChange={(options) => change({ excludeKinds: options.map((option) => option.value) })}
        />
      </Field>
      <Field
        useFieldset
        noMargin
        label={t('scope.plain', 'Plain dashboard files next to the snapshots')}
        {...field(
          'plainCopies',
          t('scope.plainText', 'One JSON file for each dashboard, for people and tools without Dashkeep.'),
        )}
      >
        <RadioButtonGroup<ScopeSettings['plainCopies']>
          id="scope-plain"
          value={values.plainCopies}
          options={[
            { value: 'auto', label: t('scope.plainAuto', 'Unless encrypted') },
            { value: 'on', label: t('scope.plainOn', 'Always') },
            { value: 'off', label: t('scope.plainOff', 'Never') },
          ]}
          onChange={(plainCopies) => change({ plainCopies })}
        />
      </Field>
      <InputField
        label={t('scope.fullRead', 'Full read every')}
        field={field(
          'fullReadEvery',
          t('scope.fullReadText', 'Backups. In between, Dashkeep skips resources that Grafana reports as unchanged.'),
        )}
        id="scope-full-read"
        type="number"
        min={1}
        max={1000}
        width={12}
        value={values.fullReadEvery}
        onChange={(text) => change({ fullReadEvery: Number(text) })}
      />
    </SectionForm>
  );
}
