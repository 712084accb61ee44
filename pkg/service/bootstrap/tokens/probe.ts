import type { Clock, Log, Randomness } from '../../../contract/ports.ts';
import { GrafanaClient } from '../../../grafana/http/client.ts';
import { tokenCredentials, type SecretReader } from '../../../grafana/http/credentials.ts';
import { GrafanaError } from '../../../grafana/http/errors.ts';

export interface TokenProbeOptions {
  grafanaUrl: string;
  grafanaCaFile?: string;
  clock: Clock;
  randomness: Randomness;
  log: Log;
}

/**
 * `unauthorized`: Grafana does not know the token; `forbidden`: it does, but its account may not even see its own
 * organization.
 */
export type TokenVerdict = 'accepted' | 'unauthorized' | 'forbidden';

/**
 * Asks Grafana once whether it accepts a token: one request that changes nothing.
 * @throws when Grafana does not answer: that says nothing about the token
 */
export async function probeToken(
  { grafanaUrl: url, grafanaCaFile: caFile, clock, randomness, log }: TokenProbeOptions,
  token: SecretReader,
  signal: AbortSignal,
): Promise<TokenVerdict> {
  const credentials = tokenCredentials(token);
  const client = GrafanaClient.open({ url, caFile, credentials, clock, randomness, log, attempts: 1, timeout: 10_000 });
  try {
    await client.get('/api/org', { signal });
    return 'accepted';
  } catch (error) {
    if (error instanceof GrafanaError && [401, 403].includes(error.httpStatus)) {
      return error.httpStatus === 401 ? 'unauthorized' : 'forbidden';
    }
    throw error;
  } finally {
    await client.close();
  }
}

/** Whether Grafana refuses a token; not while it does not answer. */
export async function isRefused(options: TokenProbeOptions, token: string, signal: AbortSignal): Promise<boolean> {
  const verdict = await probeToken(options, () => Promise.resolve(token), signal).catch(() => undefined);
  return verdict === 'unauthorized' || verdict === 'forbidden';
}
