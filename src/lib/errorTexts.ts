import type { ErrorCode } from '../../pkg/contract/errors.ts';
import { t } from './i18n.ts';

/** What an error is called, and what to do about it. */
type ErrorText = [title: string, advice: string];

/** Every code that the service may answer with, for people in front of a page. */
export const ERROR_TEXTS: Record<ErrorCode, () => ErrorText> = {
  DK_USAGE: () => [
    t('error.DK_USAGE', 'The service does not accept this'),
    t('advice.DK_USAGE', 'Change what is named here, and try again.'),
  ],
  DK_SETTINGS: () => [
    t('error.DK_SETTINGS', 'A setting is not right'),
    t('advice.DK_SETTINGS', 'Correct it in the settings.'),
  ],
  DK_INTERNAL: () => [
    t('error.DK_INTERNAL', 'Something unforeseen went wrong in the service'),
    t('advice.DK_INTERNAL', 'This is a defect in Dashkeep: please report it with the lines of the log around it.'),
  ],
  DK_INTERRUPTED: () => [
    t('error.DK_INTERRUPTED', 'It was interrupted'),
    t('advice.DK_INTERRUPTED', 'Start it again; no backup that is stored is affected.'),
  ],
  DK_BUSY: () => [
    t('error.DK_BUSY', 'Something else is at work'),
    t('advice.DK_BUSY', 'Wait until it has ended, or cancel it.'),
  ],
  DK_NOT_FOUND: () => [
    t('error.DK_NOT_FOUND', 'It does not exist, or not any more'),
    t('advice.DK_NOT_FOUND', 'It may have been deleted; look it up in the history.'),
  ],
  DK_UNAUTHORIZED: () => [
    t('notice.token', 'The Dashkeep service refuses this Grafana'),
    t(
      'notice.tokenText',
      'The token that Grafana sends is not the one the service expects. Restart the service so that it connects again, or enter the token by hand.',
    ),
  ],
  DK_SNAPSHOT_FOREIGN: () => [
    t('error.DK_SNAPSHOT_FOREIGN', 'No trusted key has signed this snapshot'),
    t(
      'advice.DK_SNAPSHOT_FOREIGN',
      'Somebody else may have written it. Choose another snapshot, or ask the people who run the service whether its key can be trusted.',
    ),
  ],
  DK_HOME_ORGANIZATION: () => [
    t('error.DK_HOME_ORGANIZATION', 'Only the home organization decides this'),
    t('advice.DK_HOME_ORGANIZATION', 'It concerns all organizations: ask an admin of the home organization.'),
  ],
  DK_OTHER_ORGANIZATION: () => [
    t('error.DK_OTHER_ORGANIZATION', 'The app restores into your organization only'),
    t('advice.DK_OTHER_ORGANIZATION', 'Ask a server admin to copy it into another one.'),
  ],
  DK_ORGANIZATION_UNKNOWN: () => [
    t('error.DK_ORGANIZATION_UNKNOWN', 'The service does not know yet which organization it belongs to'),
    t('advice.DK_ORGANIZATION_UNKNOWN', 'Grafana tells it as soon as it answers: try again in a moment.'),
  ],
  DK_PLAN_STALE: () => [
    t('error.DK_PLAN_STALE', 'The plan no longer fits what is live'),
    t('advice.DK_PLAN_STALE', 'Something has changed since it was made: make a new plan.'),
  ],
  DK_PLAN_EXPIRED: () => [
    t('error.DK_PLAN_EXPIRED', 'The plan has expired'),
    t('advice.DK_PLAN_EXPIRED', 'Plans are kept for an hour: make a new one.'),
  ],
  DK_SETTINGS_STALE: () => [
    t('error.DK_SETTINGS_STALE', 'Somebody else saved the settings meanwhile'),
    t('advice.DK_SETTINGS_STALE', 'Load them again, then make your changes anew.'),
  ],
  DK_NOT_ALLOWED: () => [
    t('error.DK_NOT_ALLOWED', 'The deployment does not allow this directory or address'),
    t(
      'advice.DK_NOT_ALLOWED',
      'Use one that it allows, or ask the people who run the service to allow this one. Link-local and metadata addresses are always refused.',
    ),
  ],
  DK_UNCONFIGURED: () => [
    t('error.DK_UNCONFIGURED', 'No backup target is set yet'),
    t('advice.DK_UNCONFIGURED', 'Choose one in the settings first.'),
  ],
  DK_TOO_MANY: () => [
    t('error.DK_TOO_MANY', 'The service has too much to do at once'),
    t('advice.DK_TOO_MANY', 'Wait a moment, then try again.'),
  ],
  DK_TOO_LARGE: () => [
    t('error.DK_TOO_LARGE', 'This is too much at once'),
    t('advice.DK_TOO_LARGE', 'Choose less, and do it in several steps.'),
  ],
  DK_MEDIA_TYPE: () => [
    t('error.DK_MEDIA_TYPE', 'What was sent is not JSON'),
    t('advice.DK_MEDIA_TYPE', 'Reload the page: the app and the service may be of different releases.'),
  ],
  DK_METHOD_NOT_ALLOWED: () => [
    t('error.DK_METHOD_NOT_ALLOWED', 'The service does not know this request'),
    t('advice.DK_METHOD_NOT_ALLOWED', 'Reload the page, and update the app and the service to the same release.'),
  ],
  DK_CONFIRMATION: () => [
    t('error.DK_CONFIRMATION', 'What was typed is not what was asked for'),
    t('advice.DK_CONFIRMATION', 'Type it word by word.'),
  ],
  DK_JSON_INVALID: () => [
    t('error.DK_JSON_INVALID', 'Something that was read is not the JSON it should be'),
    t('advice.DK_JSON_INVALID', 'It may be cut short. Try again; if it stays, verify the backups.'),
  ],
  DK_GRAFANA_UNREACHABLE: () => [
    t('error.DK_GRAFANA_UNREACHABLE', 'The service does not reach Grafana'),
    t('advice.DK_GRAFANA_UNREACHABLE', 'Check that Grafana is up and that the service has its right address.'),
  ],
  DK_GRAFANA_TIMEOUT: () => [
    t('error.DK_GRAFANA_TIMEOUT', 'Grafana did not answer in time'),
    t('advice.DK_GRAFANA_TIMEOUT', 'It may be overloaded: try again later.'),
  ],
  DK_GRAFANA_UNAUTHORIZED: () => [
    t('error.DK_GRAFANA_UNAUTHORIZED', 'Grafana refuses the token or password of the service'),
    t('advice.DK_GRAFANA_UNAUTHORIZED', 'It is wrong or has expired.'),
  ],
  DK_GRAFANA_FORBIDDEN: () => [
    t('error.DK_GRAFANA_FORBIDDEN', 'The service may not do this in Grafana'),
    t('advice.DK_GRAFANA_FORBIDDEN', 'Give its service account the named right, or the admin role.'),
  ],
  DK_GRAFANA_NOT_FOUND: () => [
    t('error.DK_GRAFANA_NOT_FOUND', 'It is not in Grafana any more'),
    t('advice.DK_GRAFANA_NOT_FOUND', 'Somebody deleted it meanwhile: make a new plan.'),
  ],
  DK_GRAFANA_CONFLICT: () => [
    t('error.DK_GRAFANA_CONFLICT', 'Somebody changed it in Grafana meanwhile'),
    t('advice.DK_GRAFANA_CONFLICT', 'Make a new plan.'),
  ],
  DK_GRAFANA_REFUSED: () => [
    t('error.DK_GRAFANA_REFUSED', 'Grafana refused the request'),
    t('advice.DK_GRAFANA_REFUSED', 'Its own message says why.'),
  ],
  DK_GRAFANA_FAILED: () => [
    t('error.DK_GRAFANA_FAILED', 'Grafana failed to answer'),
    t('advice.DK_GRAFANA_FAILED', 'The log of Grafana says why.'),
  ],
  DK_GRAFANA_ANSWER: () => [
    t('error.DK_GRAFANA_ANSWER', 'The answer is not what Grafana sends'),
    t('advice.DK_GRAFANA_ANSWER', 'Is there a proxy or a login page in between?'),
  ],
  DK_GRAFANA_INCOMPLETE_LIST: () => [
    t('error.DK_GRAFANA_INCOMPLETE_LIST', 'A list of Grafana could not be read to its end'),
    t('advice.DK_GRAFANA_INCOMPLETE_LIST', 'So it is not trusted. Start it again.'),
  ],
  DK_GRAFANA_VERSION: () => [
    t('error.DK_GRAFANA_VERSION', 'This version of Grafana is not supported'),
    t('advice.DK_GRAFANA_VERSION', 'Grafana 10.4 or later is needed.'),
  ],
  DK_STORE_UNREACHABLE: () => [
    t('error.DK_STORE_UNREACHABLE', 'The backup target cannot be reached'),
    t('advice.DK_STORE_UNREACHABLE', 'Check the endpoint, the network and the certificate of the target.'),
  ],
  DK_STORE_TIMEOUT: () => [
    t('error.DK_STORE_TIMEOUT', 'The backup target did not answer in time'),
    t('advice.DK_STORE_TIMEOUT', 'Try again later.'),
  ],
  DK_STORE_DENIED: () => [
    t('error.DK_STORE_DENIED', 'The key may not do this in the backup target'),
    t('advice.DK_STORE_DENIED', 'Grant the right that is named here.'),
  ],
  DK_STORE_CREDENTIALS: () => [
    t('error.DK_STORE_CREDENTIALS', 'The backup target refuses the key'),
    t('advice.DK_STORE_CREDENTIALS', 'Check the access key and its secret, or the profile they are in.'),
  ],
  DK_STORE_NOT_FOUND: () => [
    t('error.DK_STORE_NOT_FOUND', 'Something is not in the backup target'),
    t('advice.DK_STORE_NOT_FOUND', 'Verify the backups to see what else is missing.'),
  ],
  DK_STORE_NO_BUCKET: () => [
    t('error.DK_STORE_NO_BUCKET', 'There is no such bucket'),
    t('advice.DK_STORE_NO_BUCKET', 'Create it first, or correct its name and region.'),
  ],
  DK_STORE_EXISTS: () => [
    t('error.DK_STORE_EXISTS', 'The backup target holds something of that name already'),
    t('advice.DK_STORE_EXISTS', 'Start it again.'),
  ],
  DK_STORE_LOCKED: () => [
    t('error.DK_STORE_LOCKED', 'The backup target protects this from deletion'),
    t('advice.DK_STORE_LOCKED', 'It can be deleted when its lock ends.'),
  ],
  DK_STORE_FAILED: () => [
    t('error.DK_STORE_FAILED', 'The backup target failed'),
    t('advice.DK_STORE_FAILED', 'Its own message says why.'),
  ],
  DK_STORE_TOO_LARGE: () => [
    t('error.DK_STORE_TOO_LARGE', 'Something in the backup target is far too large'),
    t('advice.DK_STORE_TOO_LARGE', 'Dashkeep did not read it: it is damaged, or of something else.'),
  ],
  DK_STORE_KEY: () => [
    t('error.DK_STORE_KEY', 'A name is not possible in the backup target'),
    t('advice.DK_STORE_KEY', 'Letters, digits and ._/-=%+@ may be in it.'),
  ],
  DK_REPOSITORY_MISSING: () => [
    t('error.DK_REPOSITORY_MISSING', 'The backup target holds no backups yet'),
    t('advice.DK_REPOSITORY_MISSING', 'Make the first backup, or correct the target in the settings.'),
  ],
  DK_REPOSITORY_FORMAT: () => [
    t('error.DK_REPOSITORY_FORMAT', 'The backups were written by a newer Dashkeep, or by something else'),
    t('advice.DK_REPOSITORY_FORMAT', 'Update Dashkeep, or correct the target in the settings.'),
  ],
  DK_REPOSITORY_FOREIGN: () => [
    t('error.DK_REPOSITORY_FOREIGN', 'The backup target holds files of something else'),
    t('advice.DK_REPOSITORY_FOREIGN', 'Give Dashkeep a folder of its own in the bucket.'),
  ],
  DK_INTEGRITY: () => [
    t('error.DK_INTEGRITY', 'Backups are damaged'),
    t('advice.DK_INTEGRITY', 'Verify them with their content, then repair them on the command line.'),
  ],
  DK_OBJECT_MISSING: () => [
    t('error.DK_OBJECT_MISSING', 'Something that a snapshot needs is gone from the backup target'),
    t('advice.DK_OBJECT_MISSING', 'Repair the backups on the command line; other snapshots may be whole.'),
  ],
  DK_OBJECT_DAMAGED: () => [
    t('error.DK_OBJECT_DAMAGED', 'Something that a snapshot needs is damaged'),
    t('advice.DK_OBJECT_DAMAGED', 'Repair the backups on the command line; other snapshots may be whole.'),
  ],
  DK_MANIFEST_DAMAGED: () => [
    t('error.DK_MANIFEST_DAMAGED', 'This snapshot is damaged'),
    t('advice.DK_MANIFEST_DAMAGED', 'Choose another one; they are not affected.'),
  ],
  DK_ENCRYPTION: () => [
    t('error.DK_ENCRYPTION', 'The backups cannot be encrypted or decrypted'),
    t('advice.DK_ENCRYPTION', 'Check the recipients and the identity in the settings.'),
  ],
  DK_IDENTITY_MISSING: () => [
    t('error.DK_IDENTITY_MISSING', 'The backups are encrypted, and this service cannot read them'),
    t('advice.DK_IDENTITY_MISSING', 'That can be on purpose; otherwise give it the identity in the settings.'),
  ],
  DK_PRUNE_UNSAFE: () => [
    t('error.DK_PRUNE_UNSAFE', 'Cleaning up was not safe, so nothing was removed'),
    t('advice.DK_PRUNE_UNSAFE', 'Try again when the reason has passed.'),
  ],
  DK_CLOCK_SKEW: () => [
    t('error.DK_CLOCK_SKEW', 'The clocks of the service and of the backup target differ'),
    t('advice.DK_CLOCK_SKEW', 'Set the clock of the machine that the service runs on.'),
  ],
  DK_NOTIFICATION: () => [
    t('error.DK_NOTIFICATION', 'The webhook did not take the message'),
    t('advice.DK_NOTIFICATION', 'Check its address, and that the service can reach it.'),
  ],
  DK_KUBERNETES: () => [
    t('error.DK_KUBERNETES', 'The service may not do something in the cluster'),
    t('advice.DK_KUBERNETES', 'Check the role that is named here.'),
  ],
  DK_BOOTSTRAP: () => [
    t('error.DK_BOOTSTRAP', 'The service has no access to Grafana'),
    t('advice.DK_BOOTSTRAP', 'Check the admin Secret against the password that Grafana really has.'),
  ],
};
