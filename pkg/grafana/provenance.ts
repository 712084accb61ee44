import { compact } from '../contract/compact.ts';
import { DashkeepError } from '../contract/errors.ts';
import { objectAt, stringAt, type Json, type JsonObject, without } from '../lib/json/json.ts';
import { reason, type KnownReason } from '../contract/reasons/catalogue.ts';
import type { Forecast, Restorable } from './kinds/kind.ts';
import type { Content } from './kinds/content.ts';

/**
 * What all alerting kinds lose: what a restore creates has no provenance, so that people can work with it right away.
 */
export const LOST_PROVENANCE = 'provenance `api`, so the resource becomes editable in the UI';

/**
 * Where an alerting object comes from: '' people in the UI, `api` Terraform or another caller, `file`,
 * `converted_prometheus`.
 */
export function originOf(provenance: string | undefined): Pick<Content, 'provenance' | 'managedBy'> {
  // Objects under `/apis` write none out.
  if (provenance === undefined || provenance === '' || provenance === 'none') {
    return {};
  }
  return { provenance, ...(provenance === 'api' ? {} : { managedBy: { manager: provenance } }) };
}

/** Of the parts of one resource: a part that a file or a converter keeps makes the whole theirs. */
export function strictestProvenance(provenances: readonly (string | undefined)[]): string | undefined {
  const given = provenances.filter((provenance) => provenance !== undefined && provenance !== '');
  return given.find((provenance) => provenance !== 'api') ?? given[0];
}

/**
 * Headers of a write. Without `X-Disable-Provenance` an object becomes read-only in the UI (grafana#57911); but one
 * whose stored provenance is `api` refuses to lose it (ngalert provisioning: "cannot change provenance from 'api' to
 * ''", terraform-provider-grafana#697), so that is matched.
 */
export function provenanceHeaders(stored: string | undefined): Record<string, string> {
  return stored === undefined || stored === '' ? { 'X-Disable-Provenance': 'true' } : {};
}

/** Why a live object can't be written, or undefined: what a file provisioned is put back at Grafana's next start. */
export function writeRefusal(stored: string | undefined): KnownReason | undefined {
  return stored === 'file' ? reason('file-provisioned') : undefined;
}

/** The forecast of kinds for which only the live object's provenance is in the way. */
export async function forecastByProvenance(_context: unknown, item: Restorable): Promise<Forecast> {
  const blocked = writeRefusal(item.live?.provenance);
  return compact({ losses: [], blocked });
}

/** Content of an object of the provisioning API whose name is its identity. */
export function namedContent(object: JsonObject, name: string): Content {
  return {
    body: { ...without(object, 'version', 'provenance', 'uid'), name },
    title: name,
    ...originOf(stringAt(object, 'provenance')),
  };
}

/** The same under another name. */
export function copyNamed(content: Content, name: string): Content {
  return { ...content, title: name, body: { ...objectAt(content.body), name } };
}

/** A member that has to be there. @throws DK_GRAFANA_ANSWER. */
export function requiredString(object: Json, name: string, path: string): string {
  const value = stringAt(object, name);
  if (value === undefined) {
    throw new DashkeepError('DK_GRAFANA_ANSWER', `GET ${path}: an item has no ${name}`);
  }
  return value;
}
