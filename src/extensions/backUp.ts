import { locationService } from '@grafana/runtime';
import { ServiceError } from '../api/errors.ts';
import { startRun } from '../api/startRun.ts';
import { loadTranslations } from '../app/translations.ts';
import { notifyError } from '../lib/notify.ts';
import { explainFailure } from '../lib/problems/failures.ts';
import { routes } from '../lib/routes.ts';

/** Starts a backup and shows its run; when that fails, says why in Grafana's corner. */
export async function backUpNow(): Promise<void> {
  await loadTranslations();
  try {
    const run = await startRun({ kind: 'backup' });
    locationService.push(routes.run(run.id));
  } catch (error) {
    if (!(error instanceof ServiceError)) {
      throw error;
    }
    const { title, fact = '', detail, advice } = explainFailure(error);
    notifyError(title, [fact, detail, advice].filter((text) => text !== '').join(' '));
  }
}
