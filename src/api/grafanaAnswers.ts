import { isFetchError } from '@grafana/runtime';
import { lastValueFrom } from 'rxjs';
import { fetchGrafana } from './fetchGrafana.ts';

/** Whether Grafana itself answers, whatever it says: while it is down or starts, a proxy or no one does. */
export async function grafanaAnswers(): Promise<boolean> {
  try {
    await lastValueFrom(fetchGrafana({ url: '/api/health', showErrorAlert: false }));
    return true;
  } catch (error) {
    return isFetchError(error) && error.status > 0 && error.status < 500;
  }
}
