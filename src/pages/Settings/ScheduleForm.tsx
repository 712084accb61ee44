import { Combobox, Field, Stack, Text } from '@grafana/ui';
import { useMemo } from 'react';
import type { ScheduledJob } from '../../../pkg/contract/api/settings.ts';
import { ServiceError } from '../../api/errors.ts';
import { useSchedulePreview } from '../../data/useSettings.ts';
import { knownText } from '../../lib/catalogue/reasons.ts';
import { cronInWords } from '../../lib/times/cron.ts';
import { formatMoment } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { useDebounced } from '../../hooks/useDebounced.ts';
import { SectionForm } from './SectionForm.tsx';
import type { SectionProps } from './section.ts';
import { useSection, type Section } from './state/useSection.ts';
import { InputField } from './InputField.tsx';

const CHOICES: Record<ScheduledJob, string[]> = {
  backup: ['*/15 * * * *', '0 * * * *', '0 */2 * * *', '0 */6 * * *', '0 3 * * *', ''],
  verify: ['30 3 * * 0', '30 3 * * *', ''],
  prune: ['0 4 * * 0', '0 4 * * *', ''],
  drill: ['0 5 * * 1', ''],
};

/** When things happen by themselves. */
export function ScheduleForm({ settings }: SectionProps) {
  const section = useSection(settings, 'schedule');
  const { values, change, field } = section;
  const zones = useMemo(
    () =>
      Intl.supportedValuesOf('timeZone')
        .concat('UTC')
        .map((zone) => ({ value: zone, label: zone })),
    [],
  );
  return (
    <SectionForm section={section}>
      <JobField
        section={section}
        job="backup"
        label={t('schedule.backup', 'Back up')}
        text={t('schedule.custom', 'Or enter a cron expression.')}
      />
      <NextTimes expression={values.backup} timezone={values.timezone} />
      <Field label={t('schedule.timezone', 'Time zone')} noMargin {...field('timezone')}>
        <Combobox
          id="schedule-timezone"
          width={40}
          createCustomValue
          value={values.timezone}
          options={zones}
          onChange={(option) => change({ timezone: option.value })}
        />
      </Field>
      <JobField
        section={section}
        job="verify"
        label={t('schedule.verify', 'Verify repository')}
        text={t('schedule.verifyText', 'Checks that each snapshot is readable and that all its objects exist.')}
      />
      <JobField
        section={section}
        job="prune"
        label={t('schedule.prune', 'Remove old snapshots and prune')}
        text={t('schedule.pruneText', 'Uses the retention rules.')}
      />
      <JobField
        section={section}
        job="drill"
        label={t('schedule.drill', 'Restore test')}
        text={t(
          'schedule.drillText',
          'Restores the last full backup into a temporary organization or folder, compares the result, and cleans up.',
        )}
      />
      <InputField
        label={t('schedule.jitter', 'Random delay of up to')}
        field={field(
          'jitterSeconds',
          t('schedule.jitterText', 'Seconds. Keeps many clusters from starting backups at the same time.'),
        )}
        id="schedule-jitter"
        type="number"
        min={0}
        max={3600}
        width={12}
        value={values.jitterSeconds}
        onChange={(text) => change({ jitterSeconds: Number(text) })}
      />
    </SectionForm>
  );
}

interface JobProps {
  section: Section<'schedule'>;
  job: ScheduledJob;
  label: string;
  text: string;
}

/** A select's options need a separate text for "never": an empty value can't be chosen. */
const NEVER = 'never';

function JobField({ section, job, label, text }: JobProps) {
  const expression = section.values[job];
  const known = CHOICES[job].includes(expression) ? CHOICES[job] : [expression, ...CHOICES[job]];
  return (
    <Field label={label} noMargin {...section.field(job, text)}>
      <Combobox
        id={`schedule-${job}`}
        width={40}
        createCustomValue
        value={expression || NEVER}
        options={known.map((value) => ({
          value: value || NEVER,
          label: cronInWords(value),
          description: value === cronInWords(value) ? undefined : value,
        }))}
        onChange={(option) => section.change({ [job]: option.value === NEVER ? '' : option.value })}
      />
    </Field>
  );
}

/** The next five starts, in the time zone of the user. */
function NextTimes({ expression, timezone }: { expression: string; timezone: string }) {
  const preview = useSchedulePreview(useDebounced(expression), timezone);
  if (expression === '') {
    return null;
  }
  const { data, error } = preview;
  return (
    <div role="status">
      {error !== null ? (
        <Text color="error">
          {(error instanceof ServiceError ? knownText(error.why) : undefined) ??
            t(
              'schedule.invalid',
              'This is not a cron expression. A cron expression has five fields, for example 0 */2 * * *',
            )}
        </Text>
      ) : data?.next.length === 0 ? (
        <Text color="error">{t('schedule.neverRuns', 'This schedule never runs')}</Text>
      ) : (
        <Stack direction="column" gap={0.5}>
          <Text color="secondary" variant="bodySmall">
            {t('schedule.next', 'Next five runs, in your time zone')}
          </Text>
          <Stack gap={2} wrap="wrap">
            {(data?.next ?? []).map((time) => (
              <time key={time} dateTime={time}>
                {formatMoment(time)}
              </time>
            ))}
          </Stack>
        </Stack>
      )}
    </div>
  );
}
