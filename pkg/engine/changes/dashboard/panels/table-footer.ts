import { isJsonObject, without, type Json, type JsonObject } from '../../../../lib/json/json.ts';

/** What a panel shows, and how. */
interface Shown {
  options: JsonObject;
  field: JsonObject;
  overrides: Json[];
}

/**
 * A table's footer in the form that Grafana 12.2 gives it: of fields instead of the table, and of single fields as
 * overrides.
 */
export function withFieldFooter(shown: Shown): Shown {
  const footer = shown.options['footer'];
  if (!isJsonObject(footer)) {
    return shown;
  }
  const { enablePagination, reducer = [], fields, show } = footer;
  const options = {
    ...without(shown.options, 'footer'),
    ...(enablePagination === undefined ? {} : { enablePagination }),
  };
  if (show !== true) {
    return { ...shown, options };
  }
  const reducers: Json = footer['countRows'] === true ? ['countAll'] : reducer;
  const named = Array.isArray(fields) ? fields.filter((field) => typeof field === 'string') : [];
  if (named.length === 0) {
    const custom = { ...(isJsonObject(shown.field['custom']) ? shown.field['custom'] : {}), footer: { reducers } };
    return { ...shown, options, field: { ...shown.field, custom } };
  }
  return {
    ...shown,
    options,
    overrides: named.reduce((overrides, field) => withReducers(overrides, field, reducers), shown.overrides),
  };
}

function withReducers(overrides: readonly Json[], field: string, reducers: Json): Json[] {
  const property: Json = { id: 'custom.footer.reducers', value: reducers };
  const at = overrides.findIndex((override) => isFor(override, field));
  const found = overrides[at];
  if (!isJsonObject(found)) {
    return [...overrides, { matcher: { id: 'byName', options: field }, properties: [property] }];
  }
  const properties = Array.isArray(found['properties']) ? found['properties'] : [];
  return overrides.map((override, index) =>
    index === at ? { ...found, properties: [...properties, property] } : override,
  );
}

function isFor(override: Json, field: string): boolean {
  const matcher = isJsonObject(override) ? override['matcher'] : undefined;
  return isJsonObject(matcher) && matcher['id'] === 'byName' && matcher['options'] === field;
}
