import type { PLAN_REASONS } from '../../../pkg/contract/reasons/plan.ts';
import { t } from '../i18n.ts';
import { withKind, withKinds, type Text } from './text.ts';

/** Why a plan does with a resource what it does. */
export const PLAN_TEXTS: Record<keyof typeof PLAN_REASONS, Text> = {
  missing: () => t('reason.missing', 'Missing'),
  same: () => t('reason.same', 'Same as in the snapshot'),
  'same-as-read': (given) => t('reason.same-as-read', 'Same as in the snapshot when last read at {{time}}', given),
  copy: () => t('reason.copy', 'As a copy'),
  differs: () => t('reason.differs', 'Changed since the snapshot'),
  'rules-only': (given) =>
    t('reason.rules-only', '{{number}} of the rules in this group, the others stay as they are: {{rules}}', given),
  'rules-alone': (given) =>
    t('reason.rules-alone', 'Missing. Comes back with {{number}} of its rules: {{rules}}', given),
  'secrets-supplied': () => t('reason.secrets-supplied', 'You supplied its secrets'),
  pristine: () => t('reason.pristine', 'Replaces what Grafana created automatically'),
  'factory-default': () =>
    t('reason.factory-default', 'Created by Grafana automatically, in the snapshot and here, with different names'),
  unfinished: () => t('reason.unfinished', 'Completes what an interrupted restore began'),
  renewed: () => t('reason.renewed', 'Replaces what Grafana assigned automatically'),
  managed: (given) => t('reason.managed', 'Managed by {{manager}}, which would undo the change', given),
  'owner-managed': (given) => t('reason.owner-managed', 'Its owner is managed by {{manager}}', given),
  kept: () => t('reason.kept', 'Exists and differs. Overwriting is off'),
  'kept-narrower': () => t('reason.kept-narrower', 'Exists and gives less than in the snapshot. Overwriting is off'),
  'kept-wider': () => t('reason.kept-wider', 'Exists and gives more than in the snapshot. Overwriting is off'),
  'kept-along': () => t('reason.kept-along', 'Exists and differs. Select it directly to overwrite it'),
  unshared: () => t('reason.unshared', 'Its dashboard is no longer public. Select it directly to make it public again'),
  'live-unreadable': (given) =>
    t('reason.live-unreadable', 'Dashkeep could not read it in Grafana: {{message}}', given),
  'org-out-of-scope': () => t('reason.org-out-of-scope', 'The service has no access to this organization'),
  'org-twin': () => t('reason.org-twin', 'Another organization in the snapshot restores the same one'),
  'stand-in-chosen': (given) => t('reason.stand-in-chosen', 'Data source {{uid}} is used instead, as you chose', given),
  'stand-in': (given) => t('reason.stand-in', 'Data source {{uid}} is used instead', given),
  'not-copied': () => t('reason.not-copied', 'Copies use the existing one'),
  archived: () => t('reason.archived', 'Backed up for reference only. Grafana cannot restore it'),
  'on-request': () => t('reason.on-request', 'Restored only if you select it or its kind'),
  'created-on-request': () =>
    t('reason.created-on-request', 'Missing. Created only by a restore of everything, or if you select it directly'),
  'email-taken': (given) =>
    t('reason.email-taken', 'Its email address {{email}} belongs to the account {{login}}. Change that first', given),
  needs: (given) => t('reason.needs', 'Needs “{{title}}” ({{kind}}), which is missing', withKind(given)),
  'needs-offered': (given) =>
    t('reason.needs-offered', 'Needs “{{title}}” ({{kind}}), which is missing. You can add it', withKind(given)),
  extra: () => t('reason.extra', 'Not in the snapshot'),
  'extra-managed': (given) => t('reason.extra-managed', 'Not in the snapshot, but managed by {{manager}}', given),
  'extra-filled': () => t('reason.extra-filled', 'Not in the snapshot, but it contains resources that stay'),
  'org-renamed': (given) => t('reason.org-renamed', 'Gets its old name back. It is now named {{name}}', given),
  'org-closed': (given) => t('reason.org-closed', 'Only an admin of organization {{name}} can see it', given),
  'security-unseen': () =>
    t(
      'reason.security-unseen',
      'Changes who can see or receive what, and the plan could not show it. Restore it separately',
    ),
  'command-line-only': (given) =>
    t(
      'reason.command-line-only',
      'Not included, because only the command line restores them: {{kinds}}',
      withKinds(given),
    ),
  created: () => t('reason.created', 'The restore created it'),
  changed: () => t('reason.changed', 'The restore changed it'),
  deleted: () => t('reason.deleted', 'The restore deleted it'),
  'made-again': () => t('reason.made-again', 'The restore deleted it, and somebody has created it again'),
  'deleted-since': () => t('reason.deleted-since', 'Somebody deleted it since the restore'),
  'changed-since': () => t('reason.changed-since', 'Somebody changed it since the restore'),
  'half-written': () =>
    t(
      'reason.half-written',
      'The interrupted restore may have written half of it, or someone has created or changed it since',
    ),
  'managed-since': (given) => t('reason.managed-since', 'Now managed by {{manager}}', given),
  'gone-since': () => t('reason.gone-since', 'Already gone'),
  'created-filled': () => t('reason.created-filled', 'The restore created it, but it contains resources that stay'),
  'never-deleted': () => t('reason.never-deleted', 'Dashkeep never deletes it'),
  'goes-with-owner': () => t('reason.goes-with-owner', 'Is deleted or kept together with its owner'),
  'not-held': () => t('reason.not-held', 'Not in the snapshot that was made before the restore'),
  'org-keeps-name': () =>
    t('reason.org-keeps-name', 'The restore renamed it. Dashkeep does not rename an organization back'),
};
