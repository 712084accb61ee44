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
  const time = isUpTo(59, minute) && isUpTo(23, hour) ? clock(hour, minute) : undefined;
  if (day !== '*') {
    const monthly = isUpTo(31, day) && Number(day) > 0 && weekday === '*' && time !== undefined;
    return monthly ? t('cron.monthly', 'On day {{day}} of each month at {{time}}', { day, time }) : expression;
  }
  const everyMinutes = stepUpTo(59, minute);
  const everyHours = hour === '*' ? 1 : stepUpTo(23, hour);
  if (weekday === '*' && everyMinutes !== undefined && hour === '*') {
    return plural('cron.minutes', everyMinutes, 'Every minute', 'Every {{number}} minutes');
  }
  if (!isUpTo(59, minute)) {
    return expression;
  }
  if (weekday === '*' && everyHours !== undefined) {
    return plural('cron.hours', everyHours, 'Every hour', 'Every {{number}} hours');
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

const isUpTo = (most: number, field: string): boolean => /^\d+$/.test(field) && Number(field) <= most;

/** The step of a field that has nothing else. */
function stepUpTo(most: number, field: string): number | undefined {
  const step = field.startsWith('*/') && isUpTo(most, field.slice(2)) ? Number(field.slice(2)) : 0;
  return step > 0 ? step : undefined;
}

const clock = (hour: string, minute: string): string => `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
