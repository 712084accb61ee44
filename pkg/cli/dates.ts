import { DashkeepError } from '../contract/errors.ts';

const DAY = /^\d{4}-\d\d-\d\d$/;

/** The beginning of a day (UTC), or a moment. @throws DK_USAGE */
export function beginningOf(text: string): Date {
  return moment(text, '00:00:00.000');
}

/** The end of a day (UTC), or a moment. @throws DK_USAGE */
export function endOf(text: string): Date {
  return moment(text, '23:59:59.999');
}

function moment(text: string, time: string): Date {
  const date = new Date(DAY.test(text) ? `${text}T${time}Z` : text);
  const day = text.slice(0, 10);
  // The 30th of February would be a day in March.
  const isDay = DAY.test(day) && Number(day.slice(8)) === new Date(day).getUTCDate();
  if (Number.isNaN(date.getTime()) || !isDay) {
    throw new DashkeepError('DK_USAGE', `'${text}' is not a date such as 2027-03-31`);
  }
  return date;
}
