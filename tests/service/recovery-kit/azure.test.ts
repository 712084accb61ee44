import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../pkg/service/settings/defaults.ts';
import { chartValues, settingTexts, targetWords } from '../../../pkg/service/recovery-kit/settings.ts';

it('leads to a container of Azure by its account, and not by an endpoint of S3', () => {
  const url = 'azblob://grafana/backups';
  const values = { ...DEFAULT_SETTINGS, target: { ...DEFAULT_SETTINGS.target, url } };
  const resolved = [
    { name: 'account', value: 'mystorage' },
    { name: 'endpoint', value: 'https://mystorage.blob.core.windows.net' },
  ];

  const none = new Map<string, string>();
  const variables = {
    ofPage: new Map([['target.url', 'DASHKEEP_TARGET']]),
    given: none,
    ofMachine: none,
    ofSecrets: [],
  };
  const texts = settingTexts(variables, values, resolved, {
    trusted: [],
    recipients: [],
  });

  expect(targetWords(texts)).toBe(`DASHKEEP_TARGET=${url} AZURE_STORAGE_ACCOUNT=mystorage`);
  expect(chartValues(texts)).toBe(`target: ${url}\nazure:\n  account: mystorage\n`);
});
