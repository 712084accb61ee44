import type { JsonObject } from '../../../../pkg/contract/json.ts';
import type { Stored } from '../model.ts';

/** Who made an alerting object: people in the UI (''), the provisioning API, a file of this Grafana, … */
export type Provenance = '' | 'api' | 'file' | 'converted_prometheus';

/** One integration; those of one name form what the UI calls a contact point. */
export interface Integration {
  uid: string;
  name: string;
  type: string;
  disableResolveMessage: boolean;
  /** Without secrets. */
  settings: JsonObject;
  /** Secret settings by dotted path. */
  secure: Map<string, string>;
  provenance: Provenance;
}

/** A notification template or a mute timing: the name is its identity. */
export interface Named {
  body: JsonObject;
  provenance: Provenance;
}

/** An object of `notifications.alerting.grafana.app`. */
export interface NotificationObject extends Stored {
  spec: JsonObject;
  provenance: Provenance;
}

export interface Rule {
  id: number;
  uid: string;
  folderUid: string;
  group: string;
  /** Place in the group. */
  index: number;
  /** Seconds; the same for all rules of a group. */
  interval: number;
  updated: number;
  /** Everything else, as the API takes and gives it. */
  fields: JsonObject;
  provenance: Provenance;
}

export interface Silence {
  id: string;
  startsAt: number;
  endsAt: number;
  updatedAt: number;
  createdBy: string;
  comment: string;
  matchers: JsonObject[];
}

/** The alerting of one org. */
export interface Alerting {
  /** Counts writes of the one Alertmanager document: a writer that finds another number at its end collided. */
  revision: number;
  templates: Map<string, Named>;
  muteTimings: Map<string, Named>;
  integrations: Integration[];
  policies: Named;
  /** Further routing trees. */
  trees: Map<string, NotificationObject>;
  inhibitionRules: Map<string, NotificationObject>;
  rules: Map<string, Rule>;
  silences: Map<string, Silence>;
}

export const FACTORY_RECEIVER = 'grafana-default-email';

/** What Grafana makes for a new org: one e-mail address that is nobody's, and everything sent there. */
export function newAlerting(): Alerting {
  return {
    revision: 0,
    templates: new Map(),
    muteTimings: new Map(),
    integrations: [
      {
        uid: '',
        name: FACTORY_RECEIVER,
        type: 'email',
        disableResolveMessage: false,
        settings: { addresses: '<example@email.com>' },
        secure: new Map(),
        provenance: '',
      },
    ],
    policies: factoryPolicies(),
    trees: new Map(),
    inhibitionRules: new Map(),
    rules: new Map(),
    silences: new Map(),
  };
}

export function factoryPolicies(): Named {
  return { body: { receiver: FACTORY_RECEIVER, group_by: ['grafana_folder', 'alertname'] }, provenance: '' };
}
