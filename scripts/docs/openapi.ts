import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'oxfmt';
import { serviceConfig } from '../../pkg/cli/config/service.ts';
import { systemClock, systemRandomness } from '../../pkg/cli/context.ts';
import { silentLog } from '../../pkg/contract/ports.ts';
import { describeApi } from '../../pkg/service/http/openapi.ts';
import { buildService } from '../../pkg/service/serve.ts';

/** Where the description of the API is kept. */
export const OPENAPI_FILE = fileURLToPath(new URL('../../docs/openapi.json', import.meta.url));

/** The description of the API, as the service itself gives it. */
export async function openApiText(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'dashkeep-openapi-'));
  try {
    const environment = { GRAFANA_URL: 'http://127.0.0.1:1', DASHKEEP_KUBERNETES: 'off' };
    const config = serviceConfig(environment, { stateDir: directory }, 'openapi');
    const service = await buildService(config, { clock: systemClock, randomness: systemRandomness, log: silentLog });
    const text = JSON.stringify(await describeApi(service.parts));
    await service.stop();
    return (await format(OPENAPI_FILE, text, { printWidth: 120 })).code;
  } finally {
    await rm(directory, { recursive: true });
  }
}
