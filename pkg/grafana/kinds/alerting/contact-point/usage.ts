import { stringAt } from '../../../../lib/json/json.ts';
import { provisioningPath, readAlertingList } from '../../../alerting.ts';
import type { KindContext } from '../../kind.ts';
import { notificationPolicy } from '../notification-policy.ts';

const SETTINGS = 'notification_settings';

/** Whether a notification policy or an alert rule sends alerts to the contact point of that name. */
export async function isUsed(context: KindContext, name: string): Promise<boolean> {
  const rules = await readAlertingList(context, provisioningPath('alert-rules'), { keep: [SETTINGS] });
  if (rules.some((rule) => stringAt(rule, SETTINGS, 'receiver') === name)) {
    return true;
  }
  for await (const { content } of notificationPolicy.list(context, { revision: () => undefined, size: 0 })) {
    if (
      content !== undefined &&
      notificationPolicy.references(content).some((one) => one.uid === name && one.kind === 'contact-point')
    ) {
      return true;
    }
  }
  return false;
}
