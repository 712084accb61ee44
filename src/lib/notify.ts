import { AppEvents } from '@grafana/data';
import { getAppEvents } from '@grafana/runtime';

/** A short message in Grafana's corner, for what happened out of sight. Errors stay on the page instead. */
export function notifySuccess(title: string): void {
  getAppEvents().publish({ type: AppEvents.alertSuccess.name, payload: [title] });
}

/** The same for a failure where no page is there to show it. */
export function notifyError(title: string, text: string): void {
  getAppEvents().publish({ type: AppEvents.alertError.name, payload: [title, text] });
}
