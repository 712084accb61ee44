import type { ReadableChange } from '../../contract/api/diff.ts';
import { arrayAt, isJsonObject, objectAt, stringAt, without, type Json, type JsonObject } from '../../lib/json/json.ts';
import { leavesOf, same } from './leaves.ts';
import { pairUp } from './named-lists.ts';
import { change, inWords } from './change.ts';

/** What was done to the integrations of a contact point. Of secrets only that they changed is said, never a value. */
export function contactPointChanges(before: JsonObject, after: JsonObject): ReadableChange[] {
  const [old, fresh] = [integrationsOf(before), integrationsOf(after)];
  const pairs = pairUp(old, fresh, (one) => [
    stringAt(one, 'uid') || undefined,
    JSON.stringify([one['type'], one['settings']]),
    stringAt(one, 'type'),
  ]);
  const name = (one: JsonObject, all: readonly JsonObject[]): string => {
    const type = stringAt(one, 'type') ?? '';
    const alike = all.filter((other) => other['type'] === one['type']);
    return alike.length < 2 ? type : `${type} (${alike.indexOf(one) + 1})`;
  };
  return [
    ...(before['name'] === after['name']
      ? []
      : [change('title', { before: inWords(before['name']), after: inWords(after['name']) })]),
    ...pairs.added.map((one) => change('integration-added', { integration: name(one, fresh) })),
    ...pairs.removed.map((one) => change('integration-removed', { integration: name(one, old) })),
    ...pairs.both.flatMap(([one, other]) => changesOf(one, other, name(other, fresh))),
  ];
}

function integrationsOf(body: JsonObject): JsonObject[] {
  return (arrayAt(body, 'integrations') ?? []).filter(isJsonObject);
}

function secretsOf(integration: JsonObject): string[] {
  return (arrayAt(integration, 'secureFields') ?? []).filter((field) => typeof field === 'string');
}

function changesOf(before: JsonObject, after: JsonObject, integration: string): ReadableChange[] {
  const [old, fresh] = [secretsOf(before), secretsOf(after)];
  const secrets = [...new Set([...old, ...fresh])];
  const found = secrets
    .filter((name) => isOtherSecret(before, after, name) || old.includes(name) !== fresh.includes(name))
    .map((name) => change('integration-secret', { integration, name }));
  const rest = (one: JsonObject): JsonObject => ({
    ...without(one, 'uid', 'settings', 'secureFields'),
    settings: secrets.reduce(withoutField, objectAt(one, 'settings') ?? {}),
  });
  return [
    ...found,
    ...leavesOf(rest(before), rest(after)).map(({ path, before: one, after: other }) => {
      const name = path.filter((part, at) => at > 0 || part !== 'settings').join('.');
      return change('integration-setting', { integration, name, before: inWords(one), after: inWords(other) });
    }),
  ];
}

/** Whether both sides hold it and it is not the same; where one side could not read it, nobody knows. */
function isOtherSecret(before: JsonObject, after: JsonObject, name: string): boolean {
  const [old, fresh] = [before, after].map((one) => fieldOf(objectAt(one, 'settings') ?? {}, name));
  return old !== undefined && fresh !== undefined && !same(old, fresh);
}

/** A field by its path with dots. */
function fieldOf(settings: JsonObject, name: string): Json | undefined {
  if (Object.hasOwn(settings, name)) {
    return settings[name];
  }
  return name.split('.').reduce<Json | undefined>((at, part) => (isJsonObject(at) ? at[part] : undefined), settings);
}

function withoutField(settings: JsonObject, name: string): JsonObject {
  const [first = '', ...rest] = Object.hasOwn(settings, name) ? [name] : name.split('.');
  const inner = settings[first];
  if (rest.length === 0) {
    return without(settings, first);
  }
  return isJsonObject(inner) ? { ...settings, [first]: withoutField(inner, rest.join('.')) } : settings;
}
