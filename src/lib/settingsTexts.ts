import { t } from './i18n.ts';
import { known, type KnownText } from './serviceTexts.ts';

/** What a check of the target finds. */
const FINDINGS: KnownText[] = [
  [/^the clocks agree$/, () => t('finding.clocks', 'the clocks agree')],
  [/^(\d+) bytes written$/, ([, bytes = '']) => t('finding.written', '{{bytes}} bytes written', { bytes })],
  [/^the same bytes came back$/, () => t('finding.read', 'the same bytes came back')],
  [/^an absent object is said to be absent$/, () => t('finding.absent', 'what is not there is said not to be there')],
  [/^part of an object can be read$/, () => t('finding.range', 'part of a file can be read')],
  [/^does not apply here$/, () => t('finding.apart', 'does not apply here')],
  [/^what is written again is seen at once$/, () => t('finding.again', 'what is written again is seen at once')],
  [/^a list shows what was just written$/, () => t('finding.list', 'a list shows what was just written')],
  [/^lists are answered$/, () => t('finding.lists', 'lists are answered')],
  [/^conditional puts are enforced/, () => t('finding.conditional', 'nothing is overwritten by mistake')],
  [/^the bucket keeps versions$/, () => t('finding.versions', 'the bucket keeps versions')],
  [/^the bucket keeps no versions$/, () => t('finding.noVersions', 'the bucket keeps no versions')],
  [/^the bucket has object lock$/, () => t('finding.lock', 'the bucket has object lock')],
  [/^the bucket has no object lock$/, () => t('finding.noLock', 'the bucket has no object lock')],
  [/^deleted objects are gone$/, () => t('finding.deleted', 'what was deleted is gone')],
  [/^there is a repository$/, () => t('finding.repository', 'it holds backups')],
  [/^there is a repository, encrypted$/, () => t('finding.encrypted', 'it holds backups, encrypted')],
  [/^there is none yet: /, () => t('finding.none', 'no backups yet: the first one makes their place')],
  [/^needs (the steps before it|an object that)/, () => t('finding.needs', 'needs the steps before it')],
];

/** What a step of a check found, each finding in the user's words where there are any. */
export function findingText(detail: string): string {
  return detail
    .split('; ')
    .map((finding) => known(finding, FINDINGS) ?? finding)
    .join('; ');
}

/** What is wrong with a field of the settings. */
const FIELDS: KnownText[] = [
  [/^set by the deployment/, () => t('field.deployment', 'Set by the deployment')],
  [/is not a cron expression of five fields$/, () => t('field.cron', 'This is not a schedule: five fields are needed')],
  [/^the cron expression is not valid/, () => t('field.cronInvalid', 'This is not a schedule')],
  [/^the expression never comes true$/, () => t('field.never', 'This schedule never comes true')],
  [/is not a time zone/, () => t('field.timezone', 'This is not a time zone; such as Europe/Paris')],
  [/begins with https:\/\/ or http:\/\/$/, () => t('field.address', 'An address begins with https:// or http://')],
  [
    /^names and passwords do not belong into the address$/,
    () => t('field.password', 'Names and passwords do not belong into the address'),
  ],
  [/^object lock needs at least one day$/, () => t('field.lock', 'Object lock needs at least one day')],
  [/is not an age recipient/, () => t('field.recipient', 'This is not an age recipient; it begins with age1')],
];

/** What is wrong with a field, in the user's words where there are any. */
export function fieldText(problem: string): string {
  return known(problem, FIELDS) ?? problem;
}
