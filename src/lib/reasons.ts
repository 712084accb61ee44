import { t } from './i18n.ts';
import { known, type KnownText } from './serviceTexts.ts';

/** The reasons that most items of a plan have, as the service writes them, in the user's words. */
const KNOWN: KnownText[] = [
  [/^is missing$/, () => t('reason.missing', 'It is not there any more')],
  [/^as in the snapshot$/, () => t('reason.same', 'It is as in the snapshot')],
  [/^as a copy$/, () => t('reason.copy', 'As a copy')],
  [/^differs from the snapshot$/, () => t('reason.differs', 'It was changed since')],
  [
    /^is there and differs; --only /,
    () => t('reason.keptAlong', 'It is there and differs; choose it by itself to replace it'),
  ],
  [
    /^its dashboard is there and no longer shared;/,
    () => t('reason.unshared', 'Its dashboard is there and no longer shared; choose it by itself to share it again'),
  ],
  [
    /^the alert rule group '(.+)' linked to it is not there/,
    ([, group = '']) => t('reason.linkedGroup', 'The alert rule group {{group}} linked to it is missing', { group }),
  ],
  [/^is there and differs;/, () => t('reason.kept', 'It is there and differs; overwriting is off')],
  [
    /^managed by (.+), which would undo it;/,
    ([, manager = '']) => t('reason.managed', 'Kept by {{manager}}, which would undo it', { manager }),
  ],
  [
    /^its (.+) is managed by (.+); --/,
    ([, , manager = '']) => t('reason.ownerManaged', 'What it belongs to is kept by {{manager}}', { manager }),
  ],
  [
    /^the data source '(.+)' here is used in its place/,
    ([, uid = '']) => t('reason.standIn', 'The data source {{uid}} is used in its place', { uid }),
  ],
  [/^replaces what Grafana made by itself$/, () => t('reason.pristine', 'Replaces what Grafana made by itself')],
  [
    /^is what Grafana gave to a .+ that was made after the snapshot$/,
    () => t('reason.renewed', 'Replaces what Grafana gave by itself'),
  ],
  [/^the restore created it$/, () => t('reason.created', 'The restore created it')],
  [/^the restore changed it$/, () => t('reason.changed', 'The restore changed it')],
  [/^the restore deleted it$/, () => t('reason.deleted', 'The restore deleted it')],
  [
    /^the restore deleted it, and somebody made it again since$/,
    () => t('reason.madeAgain', 'The restore deleted it, and somebody made it again since'),
  ],
  [/^somebody deleted it since the restore$/, () => t('reason.deletedSince', 'Somebody deleted it since the restore')],
  [/^somebody changed it since the restore$/, () => t('reason.changedSince', 'Somebody changed it since the restore')],
  [
    /^somebody changed it since the plan was made; plan again$/,
    () => t('reason.changedPlan', 'Somebody changed it since the plan was made'),
  ],
  [
    /^the snapshot from before the restore does not hold it$/,
    () => t('reason.notHeld', 'The snapshot from before the restore does not hold it'),
  ],
  [/^was written and is not there$/, () => t('reason.vanished', 'It was written and is not there')],
  [/^is there and differs$/, () => t('reason.differsNow', 'It is there and differs')],
  [
    /^is there, although Grafana reported a failure$/,
    () => t('reason.thereAnyway', 'It is there, although Grafana reported a failure'),
  ],
  [
    /^Grafana gave it another uid: (.+)$/,
    ([, uid = '']) => t('reason.otherUid', 'Grafana gave it another id: {{uid}}', { uid }),
  ],
  [
    /^org \d+ is not among the orgs of this run$/,
    () => t('reason.org', 'The service has no access to that organization'),
  ],
  [/^is not copied: /, () => t('reason.notCopied', 'Copies use the one that is there')],
  [/are kept for reading only;/, () => t('reason.archived', 'Kept for reading only; Grafana does not take it back')],
  [
    /are restored only when asked for by name$/,
    () => t('reason.onRequest', 'Only restored when its kind or it itself is chosen'),
  ],
  [
    /^needs the (.+), which is not there/,
    ([, what = '']) => t('reason.needs', 'Needs the {{what}}, which is not there', { what }),
  ],
  [
    /^comes with its rules paused, /,
    () => t('reason.paused', 'Its rules come paused, so that nothing fires twice; resume them in Grafana'),
  ],
  [/^goes with its .+, or stays with it$/, () => t('reason.goesWithOwner', 'It goes or stays with what it belongs to')],
  [/^not in the snapshot$/, () => t('reason.extra', 'It is not in the snapshot')],
];

/** Whether something is left alone only because overwriting was not asked for. What comes along is overwritten only by itself. */
export function isLeftAsDiffering(reason: string): boolean {
  return /there and differs/.test(reason) && !/; --only /.test(reason);
}

/** A reason of the service for people in front of a page: without what to type on the command line. */
export function reasonText(reason: string): string {
  return known(reason, KNOWN) ?? reason.replace(/; (add it with )?--.*$/, '');
}
