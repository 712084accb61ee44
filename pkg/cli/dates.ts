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
  if (Number.isNaN(date.getTime()) || !/^\d{4}-\d\d-\d\d/.test(text)) {
    throw new DashkeepError('DK_USAGE', `'${text}' is not a date such as 2027-03-31`);
  }
  return date;
}
