import { objectAt, stringAt, type JsonObject } from '../../../../pkg/lib/json/json.ts';
import type { Call } from '../http/call.ts';
import type { Correlation } from '../model/content.ts';
import { problem } from '../http/problems.ts';
import type { Router } from '../http/router.ts';

export function correlationRoutes(router: Router): void {
  router.on('GET /api/datasources/correlations', (call) => {
    call.require('datasources:read');
    const limit = Math.min(call.number('limit', 100), 1000);
    const page = Math.max(1, call.number('page', 1));
    const sources = call.query.getAll('sourceUID');
    const all = [...call.org.correlations.values()].filter(
      (correlation) => isShown(call, correlation) && (sources.length === 0 || sources.includes(correlation.sourceUID)),
    );
    const correlations = all.slice((page - 1) * limit, page * limit).map((correlation) => dto(call, correlation));
    return { correlations, totalCount: countEverywhere(call), page, limit };
  });
  router.on('GET /api/datasources/uid/:source/correlations', (call) => {
    call.require('datasources:read');
    if (!call.org.dataSources.has(call.param('source'))) {
      throw problem(404, 'No correlation found');
    }
    return [...call.org.correlations.values()]
      .filter((correlation) => isShown(call, correlation) && correlation.sourceUID === call.param('source'))
      .map((correlation) => dto(call, correlation));
  });
  router.on('POST /api/datasources/uid/:source/correlations', (call) => {
    call.require('datasources:write');
    const body = call.json();
    const target = stringAt(body, 'targetUID') ?? '';
    if (!stringAt(body, 'config', 'field')) {
      throw problem(400, 'bad request data');
    }
    const type = typeOf(body);
    const typeInside = stringAt(body, 'config', 'type') ?? 'query';
    if (typeInside !== 'query') {
      // It belongs beside the config (correlations/database.go createCorrelation); before 11 there is no other type.
      throw call.profile.major < 11 ? problem(400, 'bad request data') : problem(500, 'Failed to add correlation');
    }
    if (!call.org.dataSources.has(call.param('source'))) {
      throw problem(404, 'Source data source not found');
    }
    if (type !== 'external' && !call.org.dataSources.has(target)) {
      throw problem(404, 'Target data source not found');
    }
    // The body has no place for a uid.
    const correlation: Correlation = {
      uid: call.state.newUid(),
      sourceUID: call.param('source'),
      targetUID: target,
      label: stringAt(body, 'label') ?? '',
      description: stringAt(body, 'description') ?? '',
      type,
      config: configOf(body),
      provisioned: false,
    };
    call.org.correlations.set(correlation.uid, correlation);
    return { message: 'Correlation created', result: dto(call, correlation) };
  });
  router.on('PATCH /api/datasources/uid/:source/correlations/:uid', (call) => {
    const correlation = editable(call);
    const body = call.json();
    if (Object.keys(body).length === 0) {
      throw problem(400, 'not enough parameters to edit correlation');
    }
    correlation.label = stringAt(body, 'label') ?? correlation.label;
    correlation.description = stringAt(body, 'description') ?? correlation.description;
    // A member that is not sent stays (correlations/database.go updateCorrelation).
    correlation.config = configOf({ config: { ...correlation.config, ...objectAt(body, 'config') } });
    return { message: 'Correlation updated', result: dto(call, correlation) };
  });
  router.on('DELETE /api/datasources/uid/:source/correlations/:uid', (call) => {
    call.org.correlations.delete(editable(call).uid);
    return { message: 'Correlation deleted' };
  });
}

/**
 * Both data sources are joined: one whose target is gone is in no list (correlations/database.go VALID_TYPE_FILTER).
 */
function isShown({ org }: Call, { sourceUID, targetUID, type }: Correlation): boolean {
  return org.dataSources.has(sourceUID) && (type === 'external' || org.dataSources.has(targetUID));
}

/** The total is that of the quota service: rows of the table, in all orgs, also of those that no list shows. */
function countEverywhere({ state }: Call): number {
  return [...state.orgs.values()].reduce((sum, { correlations }) => sum + correlations.size, 0);
}

function typeOf(body: JsonObject): string {
  return stringAt(body, 'type') ?? stringAt(body, 'config', 'type') ?? 'query';
}

function configOf(body: JsonObject): JsonObject {
  const { type: _type, transformations, ...config } = objectAt(body, 'config') ?? {};
  // An empty list is left out (correlations/models.go).
  return Array.isArray(transformations) && transformations.length > 0 ? { ...config, transformations } : config;
}

function find(call: Call, action: string): Correlation {
  call.require(action);
  const correlation = call.org.correlations.get(call.param('uid'));
  if (correlation === undefined || correlation.sourceUID !== call.param('source')) {
    throw problem(404, 'Correlation not found');
  }
  return correlation;
}

function editable(call: Call): Correlation {
  const correlation = find(call, 'datasources:write');
  if (correlation.provisioned) {
    throw problem(403, 'Correlation can only be edited via provisioning');
  }
  return correlation;
}

/** The type is inside the config before 11 and beside it from then on. */
function dto(call: Call, correlation: Correlation): JsonObject {
  const { type, config, targetUID, ...own } = correlation;
  const rest = { ...own, targetUID: targetUID === '' ? null : targetUID };
  const orgId = call.org.id;
  return call.profile.major < 11 ? { ...rest, orgId, config: { type, ...config } } : { ...rest, orgId, type, config };
}
