import type { Call } from '../http/call.ts';
import { k8sStatus } from '../http/problems.ts';
import type { Permission } from '../model/model.ts';
import type { ApiGroup } from '../profiles/profiles.ts';
import type { Router } from '../http/router.ts';

const COMMIT = '3f2a9c1d7e';

export function generalRoutes(router: Router): void {
  router.on('GET /', () => ({ message: 'Grafana simulator' }));
  router.on('GET /api/health', ({ profile }) => ({ database: 'ok', version: profile.version, commit: COMMIT }));
  router.on('GET /api/frontend/settings', (call) => ({
    appUrl: 'https://grafana.example.com/monitoring/',
    buildInfo: {
      version: call.profile.version,
      versionString: `Grafana v${call.profile.version} (${COMMIT})`,
      commit: COMMIT,
      commitShort: COMMIT.slice(0, 10),
      buildstamp: 1758777451,
      edition: call.tuning.enterprise ? 'Enterprise' : 'Open Source',
      env: 'production',
      hasUpdate: false,
      hideVersion: false,
      latestVersion: '',
    },
    anonymousEnabled: call.tuning.anonymous,
    featureToggles: { nestedFolders: call.tuning.nestedFolders },
    licenseInfo: { edition: call.tuning.enterprise ? 'Enterprise' : 'Open Source', expiry: 0, stateInfo: '' },
    namespace: call.org.id === 1 ? 'default' : `org-${call.org.id}`,
    simulator: 'Grafana simulator',
  }));
  router.on('GET /api/signing-keys/keys', ({ state }) => ({
    keys: [{ use: 'sig', kty: 'EC', kid: 'id-2026-12-es256', crv: 'P-256', alg: 'ES256', ...state.signingKey }],
  }));
  router.on('GET /bootdata', (call) => ({
    settings: { namespace: call.org.id === 1 ? 'default' : `org-${call.org.id}` },
    user: { login: call.identity.login, orgId: call.org.id, orgName: call.org.name },
  }));
  router.on('GET /apis', (call) => ({
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: call.profile.groups.map(groupDto),
  }));
  router.on('GET /apis/:group', (call) => ({ kind: 'APIGroup', apiVersion: 'v1', ...groupDto(served(call)) }));
  router.on('GET /api/access-control/user/permissions', (call) => {
    const grouped: Record<string, string[]> = {};
    for (const { action, scope } of reported(call)) {
      (grouped[action] ??= []).push(scope === '*' ? '' : scope);
    }
    return grouped;
  });
  router.on('GET /api/access-control/user/actions', (call) =>
    Object.fromEntries(reported(call).map(({ action }) => [action, true])),
  );
}

/** No recorded Grafana has actions for playlists; those for permissions of data sources are Enterprise's. */
function reported({ identity, tuning }: Call): Permission[] {
  const unreported = tuning.enterprise ? /^playlists:/ : /^(playlists|datasources\.permissions):/;
  return identity.permissions.filter(({ action }) => !unreported.test(action));
}

function served(call: Call): ApiGroup {
  const group = call.profile.groups.find((one) => one.name === call.param('group'));
  if (group === undefined) {
    throw k8sStatus(404, 'NotFound', 'the server could not find the requested resource');
  }
  return group;
}

function groupDto(group: ApiGroup): Record<string, unknown> {
  const versions = group.versions.map((version) => ({ groupVersion: `${group.name}/${version}`, version }));
  return { name: group.name, versions, preferredVersion: versions[0] };
}
