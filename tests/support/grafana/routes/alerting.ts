import type { Router } from '../router.ts';
import { contactPointRoutes } from './alerting/contact-points.ts';
import { k8sNotificationRoutes } from './alerting/k8s-notifications.ts';
import { namedRoutes } from './alerting/named.ts';
import { policyRoutes } from './alerting/policies.ts';
import { alertRuleRoutes } from './alerting/rules.ts';
import { silenceRoutes } from './alerting/silences.ts';

/** Alerting: the provisioning API, the silences of the Alertmanager API, and what exists under `/apis` only. */
export function alertingRoutes(router: Router): void {
  namedRoutes(router);
  contactPointRoutes(router);
  policyRoutes(router);
  alertRuleRoutes(router);
  silenceRoutes(router);
  k8sNotificationRoutes(router);
}
