import { expect, it } from 'vitest';
import { allRoutes } from '../support/grafana/routes/index.ts';
import { CATALOGUE } from '../support/recording/catalogue.ts';
import { splitRequest } from '../support/recording/play.ts';

/** What people in tests do, and the product does not. */
const ONLY_IN_TESTS = [
  'GET /',
  'GET /api/serviceaccounts/:id',
  'GET /api/dashboards/uid/:uid/versions/:version',
  'DELETE /apis/folder.grafana.app/:version/namespaces/:ns/folders/:name',
  'DELETE /apis/dashboard.grafana.app/:version/namespaces/:ns/dashboards/:name',
  'GET /api/datasources/proxy/uid/:uid/*',
  'GET /api/folders/:uid/permissions',
  'GET /api/dashboards/uid/:uid/permissions',
  'POST /api/dashboards/uid/:uid/permissions',
  'POST /api/access-control/:resource/:id/builtInRoles/:role',
  'PUT /api/teams/:id/members',
  'PUT /api/org',
  'PATCH /api/org/users/:userId',
  'GET /api/user/preferences',
  'PUT /api/user/preferences',
  'POST /api/v1/provisioning/alert-rules',
  'GET /api/v1/provisioning/alert-rules/:uid',
  'PUT /api/v1/provisioning/alert-rules/:uid',
  'DELETE /apis/playlist.grafana.app/:version/namespaces/:ns/playlists/:name',
  'GET /api/annotations/tags',
];

/** What the product asks for, and no recorded Grafana has: an app with dashboards, and its own public keys. */
const NOT_RECORDED = ['GET /public/plugins/:id/*', 'GET /api/plugins/:id/dashboards', 'GET /api/signing-keys/keys'];

// The simulator has to serve what the product calls, or tests of the product fail.
it('holds every endpoint of Grafana that the simulator serves for the product', () => {
  const router = allRoutes();
  const found = CATALOGUE.flatMap(({ steps }) =>
    steps.map(({ request }) => {
      const [method, path] = splitRequest(request);
      return router.find(method, path.replace(/\?.*/, ''));
    }),
  );
  const recorded = new Set(found.map((one) => (typeof one === 'object' ? one.route : undefined)));
  const others = router.routes.filter((route) => !recorded.has(route) && !route.includes('/plugin-proxy/'));
  expect(others.filter((route) => !NOT_RECORDED.includes(route))).toEqual(ONLY_IN_TESTS);
});
