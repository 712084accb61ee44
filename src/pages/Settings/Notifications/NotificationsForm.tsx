import { Alert, Button, Checkbox, Field, RadioButtonGroup, Stack } from '@grafana/ui';
import type { NotificationEvent, NotificationSettings } from '../../../../pkg/contract/api/settings.ts';
import { ProblemAlert } from '../../../components/problems/ProblemAlert.tsx';
import { useTestNotification } from '../../../data/useSettings.ts';
import { formatDuration } from '../../../lib/format.ts';
import { t } from '../../../lib/i18n.ts';
import { EmailFields } from './EmailFields.tsx';
import { SecretField } from '../SecretField.tsx';
import { FormError } from '../FormError.tsx';
import { SectionForm } from '../SectionForm.tsx';
import type { SectionProps } from '../section.ts';
import { useSection } from '../state/useSection.ts';

/** The receivers of notifications, and the events. */
export function NotificationsForm({ settings }: SectionProps) {
  const test = useTestNotification();
  const section = useSection(settings, 'notifications', [{ error: test.error, sent: test.variables }]);
  // A result is one of what was sent, not of what was typed since.
  const isSame = JSON.stringify(test.variables) === JSON.stringify(section.candidate);
  const { values, change, field } = section;
  const events: [NotificationEvent, string][] = [
    ['failed', t('notifications.failed', 'A backup, restore or verification failed')],
    ['partial', t('notifications.partial', 'A backup or restore is incomplete')],
    ['shrunk', t('notifications.shrunk', 'A backup is much smaller than before')],
    ['mass-change', t('notifications.massChange', 'Unusually many resources were deleted or changed')],
    ['upgraded', t('notifications.upgraded', 'Grafana was upgraded')],
    ['late', t('notifications.late', 'Backups are overdue')],
    ['repository', t('notifications.repository', 'Someone else changed the stored backups')],
    ['recovered', t('notifications.recovered', 'Backups work again')],
    ['changes', t('notifications.changes', 'Something was created, changed or deleted')],
  ];
  const hasWebhook =
    section.secrets.webhookUrl === undefined ? settings.secrets.webhookUrl.set : section.secrets.webhookUrl !== null;
  const hasAddress = hasWebhook || (values.email.host !== '' && values.email.to.length > 0);
  return (
    <SectionForm
      section={section}
      actions={
        <Button
          variant="secondary"
          icon="message"
          disabled={test.isPending || !hasAddress}
          onClick={() => test.mutate(section.candidate)}
        >
          {t('notifications.test', 'Send test')}
        </Button>
      }
    >
      <SecretField
        name="webhookUrl"
        label={t('notifications.address', 'Webhook address')}
        description={t(
          'notifications.addressText',
          'Anyone who knows the address can post to it, so it is never shown again.',
        )}
        settings={settings}
        section={section}
      />
      <Field useFieldset noMargin label={t('notifications.format', 'Format')} {...field('format')}>
        <RadioButtonGroup<NotificationSettings['format']>
          id="notifications-format"
          disabled={section.isLocked('format')}
          value={values.format}
          options={[
            { value: 'generic', label: t('notifications.generic', 'JSON') },
            { value: 'slack', label: 'Slack' },
            { value: 'teams', label: 'Microsoft Teams' },
          ]}
          onChange={(format) => change({ format })}
        />
      </Field>
      <EmailFields settings={settings} section={section} />
      <fieldset disabled={section.isLocked('events')}>
        <legend>{t('notifications.events', 'Notify when')}</legend>
        <Stack direction="column" gap={1} alignItems="flex-start">
          {events.map(([event, label]) => (
            <Checkbox
              key={event}
              id={`notifications-${event}`}
              label={label}
              value={values.events.includes(event)}
              onChange={(ticked) => {
                const others = values.events.filter((one) => one !== event);
                change({ events: ticked.currentTarget.checked ? [...others, event] : others });
              }}
            />
          ))}
        </Stack>
      </fieldset>
      {values.events.includes('changes') && (
        <Field
          useFieldset
          noMargin
          label={t('notifications.changeFeed', 'Report changes')}
          {...field('changes', t('notifications.changeFeedText', 'Only if something changed.'))}
        >
          <RadioButtonGroup<NotificationSettings['changes']>
            id="notifications-changes"
            disabled={section.isLocked('changes')}
            value={values.changes}
            options={[
              { value: 'backup', label: t('notifications.eachBackup', 'After each backup') },
              { value: 'daily', label: t('notifications.daily', 'Once a day') },
            ]}
            onChange={(changes) => change({ changes })}
          />
        </Field>
      )}
      {isSame && test.error !== null && <FormError error={test.error} />}
      {isSame &&
        test.data &&
        (test.data.delivered ? (
          <Alert
            severity="success"
            bottomSpacing={0}
            title={t('notifications.delivered', 'Delivered in {{time}}', {
              time: formatDuration(test.data.milliseconds),
            })}
          />
        ) : test.data.problem === undefined ? (
          <Alert
            severity="error"
            bottomSpacing={0}
            title={t('notifications.notDelivered', 'The receiver did not accept it')}
          />
        ) : (
          <ProblemAlert severity="error" problem={test.data.problem} />
        ))}
    </SectionForm>
  );
}
