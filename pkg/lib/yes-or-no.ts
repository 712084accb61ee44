import { DashkeepError } from '../contract/errors.ts';

/** A yes or no from the text of a setting. @throws DK_SETTINGS naming the setting */
export function yesOrNo(text: string, setting: string): boolean {
  if (/^(true|yes|on|1)$/i.test(text)) {
    return true;
  }
  if (/^(false|no|off|0)$/i.test(text)) {
    return false;
  }
  throw new DashkeepError('DK_SETTINGS', `${setting} must be true or false, not '${text}'`);
}
