import { Alert, Button, Stack, Text, useStyles2 } from '@grafana/ui';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import type { RetentionPreview, RetentionSettings } from '../../../pkg/contract/api/settings.ts';
import { useRetentionPreview } from '../../data/useSettings.ts';
import { reasonText } from '../../lib/catalogue/reasons.ts';
import { formatNumber, formatTime } from '../../lib/format.ts';
import { plural, t } from '../../lib/i18n.ts';
import { FormError } from './FormError.tsx';
import { SectionForm } from './SectionForm.tsx';
import type { SectionProps } from './section.ts';
import { useSection } from './state/useSection.ts';
import { InputField } from './InputField.tsx';

type Count = Exclude<keyof RetentionSettings, 'keepWithin'>;

/** How long snapshots stay. */
export function RetentionForm({ settings }: SectionProps) {
  const styles = useStyles2(getStyles);
  const preview = useRetentionPreview();
  const tried = { error: preview.error, sent: preview.variables && { values: { retention: preview.variables } } };
  const section = useSection(settings, 'retention', [tried]);
  const { values, change, field } = section;
  const isSame = JSON.stringify(preview.variables) === JSON.stringify(values);
  const counts: [name: Count, label: string, unit: string][] = [
    ['keepLast', t('retention.last', 'The newest'), t('retention.snapshots', 'snapshots')],
    ['keepHourly', t('retention.hourly', 'One per hour, for'), t('retention.hours', 'hours')],
    ['keepDaily', t('retention.daily', 'One per day, for'), t('retention.days', 'days')],
    ['keepWeekly', t('retention.weekly', 'One per week, for'), t('retention.weeks', 'weeks')],
    ['keepMonthly', t('retention.monthly', 'One per month, for'), t('retention.months', 'months')],
    ['keepYearly', t('retention.yearly', 'One per year, for'), t('retention.years', 'years')],
  ];
  const ruleText = (rule: string): string => {
    const [name, label = rule, unit = ''] = counts.find(([one]) => one.slice(4).toLowerCase() === rule) ?? [];
    return name === undefined ? rule : `${label} ${values[name]} ${unit}`;
  };
  return (
    <SectionForm
      section={section}
      actions={
        <Button variant="secondary" icon="eye" disabled={preview.isPending} onClick={() => preview.mutate(values)}>
          {t('retention.preview', 'Preview')}
        </Button>
      }
    >
      <Text color="secondary">
        {t(
          'retention.text',
          'A snapshot is kept as long as at least one rule applies to it. Periods without a snapshot are not counted. If every rule is 0, all snapshots are kept.',
        )}
      </Text>
      <div className={styles.grid}>
        {counts.map(([name, label, unit]) => (
          <InputField
            key={name}
            label={label}
            field={field(name)}
            id={`retention-${name}`}
            type="number"
            min={0}
            suffix={unit}
            value={values[name]}
            onChange={(text) => change({ [name]: Number(text) })}
          />
        ))}
        <InputField
          label={t('retention.within', 'All from the last')}
          field={field('keepWithin', t('retention.withinText', 'For example 48h, 30d, 8w, 6m, 1y'))}
          id="retention-within"
          value={values.keepWithin}
          onChange={(text) => change({ keepWithin: text })}
        />
      </div>
      {isSame && preview.error !== null && <FormError error={preview.error} />}
      {isSame && preview.data && <Preview preview={preview.data} ruleText={ruleText} />}
    </SectionForm>
  );
}

const SHOWN = 5;

interface PreviewProps {
  preview: RetentionPreview;
  /** A rule as the form words it. */
  ruleText: (rule: string) => string;
}

function Preview({ preview, ruleText }: PreviewProps) {
  const { kept, forgotten } = preview;
  const keptBy = new Map<string, number>();
  for (const { reasons, why = [] } of kept) {
    for (const [at, reason] of reasons.entries()) {
      const { code, params } = why[at] ?? {};
      const text = code === 'kept-by-rule' ? ruleText(params?.['rule'] ?? '') : reasonText({ reason, ...why[at] });
      keptBy.set(text, (keptBy.get(text) ?? 0) + 1);
    }
  }
  return (
    <Alert
      severity={forgotten.length === 0 ? 'success' : 'info'}
      title={plural('retention.kept', kept.length, '{{number}} snapshot is kept', '{{number}} snapshots are kept')}
      bottomSpacing={0}
    >
      <Stack direction="column" gap={0.5}>
        {[...keptBy].map(([text, count]) => (
          <span key={text}>
            {t('retention.keptBy', '{{number}} kept: {{text}}', { number: formatNumber(count), text })}
          </span>
        ))}
        <Text weight="medium">
          {plural(
            'retention.forgotten',
            forgotten.length,
            '{{number}} snapshot would be removed',
            '{{number}} snapshots would be removed',
          )}
        </Text>
        {forgotten.slice(0, SHOWN).map(({ id, time }) => (
          <span key={id}>{formatTime(time)}</span>
        ))}
        {forgotten.length > SHOWN && <span>…</span>}
        <Text color="secondary">{t('retention.nothing', 'The preview removes nothing.')}</Text>
      </Stack>
    </Alert>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  grid: css({
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(190px, 1fr))',
    alignItems: 'start',
    gap: theme.spacing(2),
  }),
});
