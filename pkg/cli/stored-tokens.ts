import type { Log } from '../contract/ports.ts';
import { tokenCredentials, type CredentialSource, type SecretReader } from '../grafana/http/credentials.ts';
import { SecretState } from '../kubernetes/state.ts';
import type { StateStore } from '../lib/state.ts';
import { TokenMemory } from '../service/bootstrap/memory.ts';

/**
 * Credentials by org that `dashkeep bootstrap` stored beside the token that a Job is given. A token that is not from
 * there may belong to another Grafana, which gets none of them.
 */
export async function storedOrgCredentials(
  state: StateStore,
  token: SecretReader | undefined,
  log: Log,
): Promise<Map<number, CredentialSource>> {
  if (token === undefined || !(state instanceof SecretState)) {
    return new Map();
  }
  const tokens = await new TokenMemory(state, log).others(await token());
  if (tokens === undefined) {
    log.warn({}, 'GRAFANA_API_TOKEN is not the token in the Secret, so the tokens of other organizations are not used');
  }
  return new Map([...(tokens ?? [])].map(([org, own]) => [org, tokenCredentials(async () => own)]));
}
