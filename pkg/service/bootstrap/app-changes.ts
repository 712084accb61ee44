import { readApp, type AppSettings } from './app-plugin.ts';
import { Identities } from './identities.ts';
import { TokenMemory, type Facts } from './memory.ts';
import type { BootstrapOptions, OrgToken } from './types.ts';

/**
 * What somebody did to the app since it was configured: switched it off, or pointed it, and with it the token, to
 * another address. A Grafana that lost the token altogether was built again, which nobody has to be protected from.
 */
export function changeOf(
  { enabled, url, hasToken }: AppSettings,
  before: Facts['apps'][string] | undefined,
  ours: string,
): 'disabled' | 'still-disabled' | 'enabled' | 'repointed' | undefined {
  if (before === undefined || !hasToken) {
    return undefined;
  }
  if (!enabled) {
    return before.disabled === true ? 'still-disabled' : 'disabled';
  }
  if (url !== before.url && url !== ours && url !== before.other) {
    return 'repointed';
  }
  return before.disabled === true ? 'enabled' : undefined;
}

/** Whether somebody did such a thing, or installed the app, in any of these orgs; one small request for each. */
export async function anyAppChanged(
  options: BootstrapOptions,
  orgs: readonly OrgToken[],
  signal: AbortSignal,
): Promise<boolean> {
  const { app, state, log } = options;
  if (app === undefined) {
    return false;
  }
  const identities = new Identities(options);
  try {
    const facts = await new TokenMemory(state, log).facts();
    for (const { org, token, app: outcome } of orgs) {
      const settings = await readApp(identities.withToken(token), signal);
      if (settings !== undefined && outcome === 'not-installed') {
        return true;
      }
      const change = settings === undefined ? undefined : changeOf(settings, facts.apps[org], app.url);
      if (change !== undefined && change !== 'still-disabled') {
        return true;
      }
    }
    return false;
  } catch {
    // The whole check says what is wrong.
    return false;
  } finally {
    await identities.close();
  }
}
