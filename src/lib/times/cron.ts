import { plural, t } from '../i18n.ts';

const DAYS = [
  () => t('cron.sunday', 'Sundays'),
  () => t('cron.monday', 'Mondays'),
  () => t('cron.tuesday', 'Tuesdays'),
  () => t('cron.wednesday', 'Wednesdays'),
  () => t('cron.thursday', 'Thursdays'),
  () => t('cron.friday', 'Fridays'),
  () => t('cron.saturday', 'Saturdays'),
];

/** The common schedules in words, at the times of the schedule's zone; the expression itself for any other. */
export function cronInWords(expression: string): string {
  const fields = expression.trim().split(/\s+/);
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  if (expression.trim() === '') {
    return t('cron.never', 'Never');
  }
  if (fields.length !== 5 || month !== '*') {
    return expression;
  }
  const time = /^\d+$/.test(minute) && /^\d+$/.test(hour) ? clock(hour, minute) : undefined;
  if (day !== '*') {
    const monthly = /^\d+$/.test(day) && weekday === '*' && time !== undefined;
    return monthly ? t('cron.monthly', 'On day {{day}} of each month at {{time}}', { day, time }) : expression;
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
  if (time === undefined) {
    return expression;
  }
  if (weekday === '*') {
    return t('cron.daily', 'Every day at {{time}}', { time });
  }
  if (weekday === '1-5') {
    return t('cron.weekdays', 'Monday to Friday at {{time}}', { time });
  }
  const name = /^[0-7]$/.test(weekday) ? DAYS[Number(weekday) % 7] : undefined;
  return name === undefined ? expression : t('cron.weekly', '{{day}} at {{time}}', { day: name(), time });
}

const clock = (hour: string, minute: string): string => `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
