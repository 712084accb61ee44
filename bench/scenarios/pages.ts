import { MeasuringBrowser, type Shown } from '../measure/browser.ts';
import { chromiumPath } from '../../tests/support/chromium.ts';
import { HEAVY_UID } from '../../tests/support/preview/fake/heavy.ts';
import { startFakeService, type FakeService } from '../../tests/support/preview/fake/service.ts';
import { startPreview } from '../../tests/support/preview/preview.ts';
import type { Scenario } from '../types.ts';

const SNAPSHOTS = 10_000;
const HEAVY_BYTES = 2_000_000;
const HEAVY = `resource=1%2Fdashboard%2F${HEAVY_UID}`;
const APP = '/a/dashkeep-backup-app';
const ROW = '[role="table"] [role="row"][aria-rowindex="2"]';
const JSON_LINE = '[role="dialog"] [role="region"] div div';

interface Opened {
  name: string;
  path: string;
  /** What its reader came for. */
  content: string;
}

/** The heavy pages of the app. The service behind them is made up, so that its own work is not measured. */
export const pages: Scenario = {
  title: 'The app’s pages with large contents',
  dashboards: 20_000,
  async run({ setup, repeat, add, wants }) {
    const executable = chromiumPath();
    if (executable === undefined) {
      add({ tool: 'not measured', note: 'no Chromium was found; CHROMIUM_PATH names one' });
      return;
    }
    const service = await startFakeService({
      snapshots: SNAPSHOTS,
      extraDashboards: setup.dashboards,
      heavyBytes: HEAVY_BYTES,
    });
    const preview = await startPreview({
      sidecarUrl: service.url,
      sidecarToken: service.token,
      grafana: { url: service.url, authorization: '' },
    });
    const browser = await MeasuringBrowser.start(executable);
    try {
      for (let round = 0; round < repeat; round++) {
        for (const { name, path, content } of (await opened(service)).filter((one) => wants(one.name))) {
          const cold = await browser.cold(preview.origin + path, content);
          const within = await browser.within(preview.url, 'h1', path, content);
          add({ tool: name, figures: { 'empty cache (ms)': cold.content, ...figures(within) } });
        }
        if (wants('difference')) {
          const url = `${preview.url}/compare?${HEAVY}`;
          const shown = await browser.pressed(
            url,
            '[role="dialog"] [role="tab"]:not([aria-selected="true"])',
            JSON_LINE,
          );
          add({ tool: 'difference of a 2 MB dashboard, as JSON', figures: figures(shown) });
        }
      }
    } finally {
      await browser.close();
      await preview.close();
      await service.close();
    }
  },
};

function figures({ content, longestTask, nodes }: Shown): Record<string, number> {
  return { 'in the app (ms)': content, 'longest task (ms)': longestTask, 'DOM nodes': nodes };
}

async function opened(service: FakeService): Promise<Opened[]> {
  const plan = await fetch(`${service.url}/api/v1/restores`, {
    method: 'POST',
    headers: { authorization: `Bearer ${service.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ snapshot: 'latest', selection: { type: 'everything' }, options: { overwrite: true } }),
  });
  const { id } = (await plan.json()) as { id: string };
  return [
    { name: 'Grafana’s frame without the app', path: '/d/any', content: 'h1' },
    { name: 'history of 10,000 snapshots', path: `${APP}/history`, content: ROW },
    { name: 'snapshot of 20,000 resources', path: `${APP}/snapshots/latest`, content: ROW },
    { name: 'resource, a 2 MB dashboard', path: `${APP}/snapshots/latest?${HEAVY}`, content: JSON_LINE },
    { name: 'difference of a 2 MB dashboard', path: `${APP}/compare?${HEAVY}`, content: '[role="dialog"] ol li' },
    {
      name: 'restore, with 20,000 to choose from',
      path: `${APP}/restore`,
      content: 'form button[type="submit"]:enabled',
    },
    { name: 'restore plan of 20,000', path: `${APP}/restore/${id}`, content: ROW },
  ];
}
