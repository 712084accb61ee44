import { LANGUAGES, ROLES, type Visitor } from './visitor.ts';

/**
 * The document that Grafana would send: who is signed in, what this Grafana is, and the script that draws it. At `/` a
 * link to the app is in the script's place: every browser test opens that first, to read the rest.
 */
export function html(visitor: Visitor, pluginId: string, version: string, path: string): string {
  const boot = {
    assets: { dark: '', light: '' },
    navTree: [],
    user: {
      id: 1,
      isSignedIn: true,
      login: visitor.login,
      name: visitor.login,
      email: '',
      orgId: 1,
      orgName: 'Main Org.',
      orgRole: visitor.role,
      isGrafanaAdmin: false,
      theme: visitor.theme,
      timezone: 'browser',
      locale: visitor.language,
      regionalFormat: visitor.language,
      language: visitor.language,
      weekStart: '',
      permissions: {},
    },
    settings: {
      appUrl: '/',
      appSubUrl: '',
      namespace: 'default',
      buildInfo: { version, commit: 'preview', env: 'development', edition: 'Open Source' },
      featureToggles: {},
      rbacEnabled: true,
    },
    preview: { pluginId, roles: ROLES, languages: LANGUAGES },
  };
  return `<!doctype html>
<html lang="${visitor.language}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <base href="/" />
    <title>Dashkeep</title>
    ${path === '/' ? '' : '<link rel="stylesheet" href="/host/main.css" />'}
    <style>
      html { box-sizing: border-box; }
      *, *::before, *::after { box-sizing: inherit; }
      html, body, #reactRoot { margin: 0; height: 100%; }
      button, input, select, textarea { margin: 0; font: inherit; }
    </style>
  </head>
  <body>
    <div id="reactRoot"></div>
    <script>
      window.__grafana_public_path__ = '/public/';
      window.grafanaBootData = ${JSON.stringify(boot).replaceAll('<', '\\u003c')};
    </script>
    ${path === '/' ? `<a href="/a/${pluginId}">Dashkeep</a>` : '<script type="module" src="/host/main.js"></script>'}
  </body>
</html>`;
}
