import { plural, t } from './i18n.ts';

const DAYS = [
  () => t('cron.sunday', 'Sundays'),
  () => t('cron.monday', 'Mondays'),
  () => t('cron.tuesday', 'Tuesdays'),
  () => t('cron.wednesday', 'Wednesdays'),
  () => t('cron.thursday', 'Thursdays'),
  () => t('cron.friday', 'Fridays'),
  () => t('cron.saturday', 'Saturdays'),
];

/** The common schedules in words; the expression itself for any other. */
export function cronInWords(expression: string): string {
  const fields = expression.trim().split(/\s+/);
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  if (expression.trim() === '') {
    return t('cron.never', 'Never');
  }
  if (fields.length !== 5 || day !== '*' || month !== '*') {
    return expression;
  }
  const everyMinutes = /^\*\/(\d+)$/.exec(minute)?.[1];
  const everyHours = hour === '*' ? '1' : /^\*\/(\d+)$/.exec(hour)?.[1];
  if (weekday === '*' && everyMinutes !== undefined && hour === '*') {
    return plural('cron.minutes', Number(everyMinutes), 'Every minute', 'Every {{number}} minutes');
  }
  if (!/^\d+$/.test(minute)) {
    return expression;
  }
  if (weekday === '*' && everyHours !== undefined) {
    return plural('cron.hours', Number(everyHours), 'Every hour', 'Every {{number}} hours');
  }
  if (!/^\d+$/.test(hour)) {
    return expression;
  }
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  if (weekday === '*') {
    return t('cron.daily', 'Every day at {{time}}', { time });
  }
  const name = /^[0-7]$/.test(weekday) ? DAYS[Number(weekday) % 7] : undefined;
  return name === undefined ? expression : t('cron.weekly', '{{day}} at {{time}}', { day: name(), time });
}
