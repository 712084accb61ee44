import type { PLAN_REASONS } from '../../../pkg/contract/reasons/plan.ts';
import { t } from '../i18n.ts';
import { withKind, type Text } from './text.ts';

/** Why a plan does with a resource what it does. */
export const PLAN_TEXTS: Record<keyof typeof PLAN_REASONS, Text> = {
  missing: () => t('reason.missing', 'It is not there any more'),
  same: () => t('reason.same', 'It is as in the snapshot'),
  copy: () => t('reason.copy', 'As a copy'),
  differs: () => t('reason.differs', 'It was changed since'),
  'secrets-supplied': () => t('reason.secrets-supplied', 'Its secrets were given'),
  pristine: () => t('reason.pristine', 'Replaces what Grafana made by itself'),
  renewed: () => t('reason.renewed', 'Replaces what Grafana gave by itself'),
  managed: (given) => t('reason.managed', 'Kept by {{manager}}, which would undo it', given),
  'owner-managed': (given) => t('reason.owner-managed', 'What it belongs to is kept by {{manager}}', given),
  kept: () => t('reason.kept', 'It is there and differs; overwriting is off'),
  'kept-along': () => t('reason.kept-along', 'It is there and differs; choose it by itself to replace it'),
  unshared: () =>
    t('reason.unshared', 'Its dashboard is there and no longer shared; choose it by itself to share it again'),
  'live-unreadable': (given) => t('reason.live-unreadable', 'What is there could not be read: {{message}}', given),
  'org-out-of-scope': () => t('reason.org-out-of-scope', 'The service has no access to that organization'),
  'org-twin': () => t('reason.org-twin', 'Another organization of the snapshot brings the same one'),
  'stand-in-chosen': (given) =>
    t('reason.stand-in-chosen', 'The data source {{uid}} is used in its place, as chosen', given),
  'stand-in': (given) => t('reason.stand-in', 'The data source {{uid}} is used in its place', given),
  'not-copied': () => t('reason.not-copied', 'Copies use the one that is there'),
  archived: () => t('reason.archived', 'Kept for reading only; Grafana does not take it back'),
  'on-request': () => t('reason.on-request', 'Only restored when its kind or it itself is chosen'),
  needs: (given) => t('reason.needs', 'Needs “{{title}}” ({{kind}}), which is not there', withKind(given)),
  'needs-offered': (given) =>
    t('reason.needs-offered', 'Needs “{{title}}” ({{kind}}), which is not there; it can be added', withKind(given)),
  extra: () => t('reason.extra', 'It is not in the snapshot'),
  'extra-managed': (given) => t('reason.extra-managed', 'It is not in the snapshot, but {{manager}} keeps it', given),
  'extra-filled': () => t('reason.extra-filled', 'It is not in the snapshot, but it holds what stays'),
  'org-renamed': (given) => t('reason.org-renamed', 'Gets its name back; it is called {{name}} now', given),
  'org-closed': (given) => t('reason.org-closed', 'Only an admin of the organization {{name}} can look at it', given),
  'security-unseen': () =>
    t(
      'reason.security-unseen',
      'It changes who may see or receive what, and the plan could not show it: restore it by itself',
    ),
  'command-line-only': () =>
    t('reason.command-line-only', 'It belongs to the whole server and is restored at the command line only'),
  created: () => t('reason.created', 'The restore created it'),
  changed: () => t('reason.changed', 'The restore changed it'),
  deleted: () => t('reason.deleted', 'The restore deleted it'),
  'made-again': () => t('reason.made-again', 'The restore deleted it, and somebody made it again since'),
  'deleted-since': () => t('reason.deleted-since', 'Somebody deleted it since the restore'),
  'changed-since': () => t('reason.changed-since', 'Somebody changed it since the restore'),
  'managed-since': (given) => t('reason.managed-since', '{{manager}} keeps it by now', given),
  'gone-since': () => t('reason.gone-since', 'It is gone already'),
  'created-filled': () => t('reason.created-filled', 'The restore created it, but it holds what stays'),
  'never-deleted': () => t('reason.never-deleted', 'Dashkeep never deletes it'),
  'goes-with-owner': () => t('reason.goes-with-owner', 'It goes or stays with what it belongs to'),
  'not-held': () => t('reason.not-held', 'The snapshot from before the restore does not hold it'),
  'org-keeps-name': () =>
    t('reason.org-keeps-name', 'The restore renamed it, and Dashkeep does not rename an organization back'),
};
