import { afterEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { assertKnownNames } from '../../../pkg/cli/config/known-names.ts';
import { main } from '../../../pkg/cli/main.ts';
import { SETTINGS } from '../../../pkg/cli/config/configuration.ts';

const refusal = (name: string): unknown => {
  try {
    return assertKnownNames({ [name]: 'x' });
  } catch (error) {
    return error;
  }
};

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('names of settings', () => {
  const documented = Object.entries(SETTINGS).flatMap(([name, one]) =>
    'secret' in one ? [name, `${name}_FILE`] : [name],
  );

  it.each(documented.map((name) => name.replace('<n>', '7')))('include %s', (name) => {
    expect(refusal(name)).toBeUndefined();
  });

  it.each([
    'DASHKEEP_WEBHOOK_URL_FILE',
    'DASHKEEP_SERVICE_HOST',
    'DASHKEEP_SERVICE_PORT',
    'DASHKEEP_SERVICE_PORT_API',
    'DASHKEEP_PORT',
    'DASHKEEP_PORT_3210_TCP',
    'DASHKEEP_PORT_3210_TCP_ADDR',
    'DASHKEEP_METRICS_SERVICE_HOST',
    'DASHKEEP_METRICS_PORT_9464_TCP_PROTO',
    'DASHKEEP_OPS_PORT',
    'DASHKEEP_TEST_S3',
    'DASHKEEP_REQUIRE_TIERS',
    'GRAFANA_DASHKEEP_TARGET',
    'DASHKEEPER_TARGET',
    'GRAFANA_TOKEN',
    'GRAFANA_SERVICE_HOST',
    'GRAFANA_PORT_80_TCP_ADDR',
    'GRAFANA_USER',
    'GRAFANA_ORG',
    'GRAFANA_ORG_2',
    'GRAFANA_CLOUD_ORG2',
    'GRAFANA_UID',
  ])('that are set for something else are left alone: %s', (name) => {
    expect(refusal(name)).toBeUndefined();
  });

  it.each([
    ['DASHKEEP_TARGTE', 'DASHKEEP_TARGET'],
    ['DASHKEEP_S3_ENCRYPT', 'DASHKEEP_S3_ENCRYPTION'],
    ['DASHKEEP_AGE_RECIPIENT', 'DASHKEEP_AGE_RECIPIENTS'],
    ['DASHKEEP_KEEP_DAYLY', 'DASHKEEP_KEEP_DAILY'],
    ['DASHKEEP_S3_PATH_STYLE', 'DASHKEEP_S3_FORCE_PATH_STYLE'],
    ['DASHKEEP_CONNECTION_PROD_URLS', 'DASHKEEP_CONNECTION_PROD_URL'],
    ['DASHKEEP_CONNECTION_EU_PROD_TOKN_FILE', 'DASHKEEP_CONNECTION_EU_PROD_TOKEN_FILE'],
  ])('are refused when misspelled: %s', (name, meant) => {
    expect(refusal(name)).toMatchObject({
      code: 'DK_SETTINGS',
      message: `unknown setting ${name}`,
      hint: `Did you mean ${meant}?`,
    });
  });

  it.each([
    ['dashkeep_target', 'DASHKEEP_TARGET'],
    ['Dashkeep_Targte', 'DASHKEEP_TARGET'],
    ['GRAFANA_API_TOKN', 'GRAFANA_API_TOKEN'],
    ['GRAFANA_API_TOKEN_ORG2', 'GRAFANA_API_TOKEN_ORG_<n>'],
    ['GRAFANA_API_TOKENORG_2', 'GRAFANA_API_TOKEN_ORG_<n>'],
    ['GRAFANA_API_TOKENORG2_FILE', 'GRAFANA_API_TOKEN_ORG_<n>_FILE'],
    ['GRAFANA_ADMIN_PASWORD_FILE', 'GRAFANA_ADMIN_PASSWORD_FILE'],
    ['grafana_url', 'GRAFANA_URL'],
  ])('are refused in small letters, or when one of Grafana is misspelled: %s', (name, meant) => {
    expect(refusal(name)).toMatchObject({ message: `unknown setting ${name}`, hint: `Did you mean ${meant}?` });
  });

  it('of other programs are left alone where the one that is meant is set', () => {
    expect(() => assertKnownNames({ GRAFANA_URI: 'x', GRAFANA_URL: 'x', GRAFANA_TOKEN: 'x' })).not.toThrow();
  });

  it.each([
    ['GRAFANA_ADMIN_PASSWD', 'GRAFANA_ADMIN_PASSWORD_FILE'],
    ['GRAFANA_API_TOKN_FILE', 'GRAFANA_API_TOKEN'],
    ['GRAFANA_API_TOKEN_ORG2', 'GRAFANA_API_TOKEN_ORG_2'],
    ['GRAFANA_API_TOKENS_ORG_2', 'GRAFANA_API_TOKEN_ORG_2_FILE'],
    ['GRAFANA_API_TOKENORG_2', 'GRAFANA_API_TOKEN_ORG_2'],
  ])('are no error where the one that is meant is set in another form: %s beside %s', (name, set) => {
    const said: string[] = [];
    const log = { ...silentLog, warn: (_: object, message: string) => void said.push(message) };
    assertKnownNames({ [name]: 'x', [set]: 'x' }, log);
    expect(said).toEqual([`${name} is not a setting and is ignored; ${set} is set`]);
    expect(() => assertKnownNames({ [name]: 'x', GRAFANA_API_TOKEN_ORG_3: 'x' })).toThrow('unknown setting');
  });

  it('are a warning with the nearest name where the one that is meant is set', () => {
    const said: string[] = [];
    const log = { ...silentLog, warn: (_: object, message: string) => void said.push(message) };
    assertKnownNames({ GRAFANA_ADMIN_PASWORD: 'x', GRAFANA_ADMIN_PASSWORD: 'x', GRAFANA_VERSION: 'x' }, log);
    expect(said).toEqual(['GRAFANA_ADMIN_PASWORD is not a setting and is ignored; GRAFANA_ADMIN_PASSWORD is set']);
  });

  it('are refused without a guess when nothing is near', () => {
    expect(refusal('DASHKEEP_COMPLETELY_DIFFERENT')).toMatchObject({ hint: expect.stringContaining('Unset it') });
  });
});

it('ends a command before it does anything, but not its help', async () => {
  const said: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  vi.stubEnv('DASHKEEP_TARGTE', 'file:///nowhere');
  expect(await main(['snapshots'])).toBe(2);
  expect(said.join('')).toContain('unknown setting DASHKEEP_TARGTE [DK_SETTINGS]');
  vi.stubEnv('DASHKEEP_TARGTE', undefined);
  vi.stubEnv('DASHKEEP_LOG_LEVEL', 'loud');
  expect(await main(['snapshots'])).toBe(2);
  expect(said.join('')).toContain('DASHKEEP_LOG_LEVEL must be one of');
  vi.stubEnv('DASHKEEP_LOG_LEVEL', undefined);
  // No setting of this command.
  vi.stubEnv('DASHKEEP_KEEP_LAST', 'abc');
  expect(await main(['snapshots'])).toBe(2);
  expect(said.join('')).toContain('DASHKEEP_KEEP_LAST');
  expect(await main(['--help'])).toBe(0);
});
