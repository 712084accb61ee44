import { expect, it } from 'vitest';
import { blocksOf } from '../docs/pages.ts';
import { startReader } from '../docs/reader.ts';
import { depth } from '../support/budget.ts';

it.runIf(depth() === 'all')('the guide to exports and imports can be followed', async () => {
  const reader = await startReader();
  try {
    const own = {
      ...reader.s3.environment,
      GRAFANA_URL: reader.grafana.url,
      GRAFANA_API_TOKEN: reader.grafana.token({ role: 'Admin' }),
      DASHKEEP_TARGET: 's3://my-bucket/grafana',
    };
    const [exporting = '', importing = ''] = await blocksOf('docs/export-import.md', {
      'file:///backups': own.DASHKEEP_TARGET,
      '--folder shop': '--folder platform',
    });
    const made = `dashkeep backup
      mkdir grafana-backups
      echo '{"dashboard": {"uid": "a", "title": "A", "panels": []}}' > grafana-backups/dashboard-a.json
      echo '{"title": "B", "panels": [], "__inputs": [{"name": "DS_PROMETHEUS", "type": "datasource"}]}' > 1860.json`;
    const backup = await reader.shell(made, own);
    expect(backup.code, backup.text).toBe(0);
    const exported = await reader.shell(exporting, own);
    expect(exported.code, exported.text).toBe(0);
    const { code, text } = await reader.shell(importing, own);
    expect(code, text).toBe(0);
    expect(text.match(/snapshot \S+ is complete: \d+ resources?, imported/g)).toHaveLength(3);
  } finally {
    await reader.leave();
  }
});
