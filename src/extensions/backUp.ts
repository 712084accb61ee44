import { locationService } from '@grafana/runtime';
import { call } from '../api/client.ts';
import { ServiceError } from '../api/errors.ts';
import { loadTranslations } from '../app/translations.ts';
import { notifyError } from '../lib/notify.ts';
import { explainFailure } from '../lib/problems/failures.ts';
import { routes } from '../lib/routes.ts';

/** Starts a backup and shows its run; when that fails, says why in Grafana's corner. */
export async function backUpNow(): Promise<void> {
  await loadTranslations();
  try {
    const run = await call('POST /runs', { body: { kind: 'backup' } });
    locationService.push(routes.run(run.id));
  } catch (error) {
    if (!(error instanceof ServiceError)) {
      throw error;
    }
    const { title, advice } = explainFailure(error);
    notifyError(title, advice);
  }
}
