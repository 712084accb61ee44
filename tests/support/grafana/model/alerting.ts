import type { JsonObject } from '../../../../pkg/lib/json/json.ts';
import type { Stored } from './stored.ts';

/** Who owns an alerting object: nobody in particular, the provisioning API, or a file. */
export type Provenance = '' | 'api' | 'file' | 'converted_prometheus';

/** One integration; several with one name form what people call a contact point. */
export interface ContactPoint {
  uid: string;
  name: string;
  type: string;
  /** With its secrets in clear; see secretFields. */
  settings: JsonObject;
  disableResolveMessage: boolean;
  provenance: Provenance;
}

export interface MuteTiming {
  name: string;
  time_intervals: JsonObject[];
  provenance: Provenance;
}

export interface NotificationTemplate {
  name: string;
  template: string;
  provenance: Provenance;
}

export interface AlertRule {
  id: number;
  uid: string;
  folderUid: string;
  group: string;
  title: string;
  /** Everything else, as it is read back. */
  fields: JsonObject;
  provenance: Provenance;
  updated: number;
  version: number;
}

/** An object of the notifications API group: a further routing tree, an inhibition rule. */
export interface NotificationObject extends Stored {
  spec: JsonObject;
  provenance: Provenance;
}

export interface Silence {
  id: string;
  matchers: JsonObject[];
  startsAt: string;
  endsAt: string;
  createdBy: string;
  comment: string;
  updatedAt: number;
}

/** All of an org's alerting. Everything about notifications is one document: two concurrent writers collide. */
export interface Alerting {
  /** Changes with every write to the Alertmanager document. */
  revision: number;
  contactPoints: ContactPoint[];
  policy: JsonObject;
  policyProvenance: Provenance;
  /** The default tree as `/apis` shows it. */
  defaultTree: NotificationObject | undefined;
  /** Whether `empty` is among the receivers. */
  hasEmptyReceiver: boolean;
  muteTimings: Map<string, MuteTiming>;
  templates: Map<string, NotificationTemplate>;
  /** Routing trees beside the default one. */
  routingTrees: Map<string, NotificationObject>;
  inhibitionRules: Map<string, NotificationObject>;
  rules: Map<string, AlertRule>;
  /** Interval in seconds by `<folder uid>/<group>`. */
  intervals: Map<string, number>;
  silences: Map<string, Silence>;
}

/** Default receiver of 12.4: it is in the configuration without any integration, so that no contact point is listed. */
export const EMPTY_RECEIVER = 'empty';

function defaultContactPoint(name: string): Alerting['contactPoints'][number] {
  return {
    uid: '',
    name,
    type: 'email',
    settings: { addresses: '<example@email.com>' },
    disableResolveMessage: false,
    provenance: '',
  };
}

export function defaultPolicy(receiver: string): JsonObject {
  return { receiver, group_by: ['grafana_folder', 'alertname'] };
}

/** What a new org has. @param receiver its default one */
export function newAlerting(receiver: string): Alerting {
  return {
    revision: 0,
    hasEmptyReceiver: receiver === EMPTY_RECEIVER,
    contactPoints: receiver === EMPTY_RECEIVER ? [] : [defaultContactPoint(receiver)],
    policy: defaultPolicy(receiver),
    policyProvenance: '',
    defaultTree: undefined,
    muteTimings: new Map(),
    templates: new Map(),
    routingTrees: new Map(),
    inhibitionRules: new Map(),
    rules: new Map(),
    intervals: new Map(),
    silences: new Map(),
  };
}

/** Settings that are secrets, by integration type; types not named here have none. */
const SECRETS: Record<string, string[]> = {
  slack: ['url', 'token'],
  pagerduty: ['integrationKey'],
  webhook: ['password', 'authorization_credentials'],
  opsgenie: ['apiKey'],
  telegram: ['bottoken'],
  discord: ['url'],
  teams: [],
  victorops: ['url'],
  pushover: ['apiToken', 'userKey'],
  sensugo: ['apikey'],
  threema: ['api_secret'],
  line: ['token'],
  googlechat: ['url'],
  email: [],
};

/** Integration types that the simulator knows, and their secret settings; undefined for an unknown type. */
export function secretFields(type: string): string[] | undefined {
  return SECRETS[type];
}
