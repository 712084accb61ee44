import type { ErrorCode } from '../../../pkg/contract/errors.ts';
import { t } from '../i18n.ts';

/** What an error is called, and what to do about it. */
type ErrorText = [title: string, advice: string];

/** Every code that the service may answer with, for people in front of a page. */
export const ERROR_TEXTS: Record<ErrorCode, () => ErrorText> = {
  DK_USAGE: () => [
    t('error.DK_USAGE', 'The request is not valid'),
    t('advice.DK_USAGE', 'Correct the value that is named here, then try again.'),
  ],
  DK_SETTINGS: () => [
    t('error.DK_SETTINGS', 'A setting is invalid'),
    t('advice.DK_SETTINGS', 'Correct it in the settings.'),
  ],
  DK_INTERNAL: () => [
    t('error.DK_INTERNAL', 'An unexpected error occurred in the service'),
    t('advice.DK_INTERNAL', 'This is a bug in Dashkeep. Please report it with the log lines around it.'),
  ],
  DK_INTERRUPTED: () => [
    t('error.DK_INTERRUPTED', 'The run was interrupted'),
    t('advice.DK_INTERRUPTED', 'Start it again. Snapshots that are already stored are not affected.'),
  ],
  DK_BUSY: () => [
    t('error.DK_BUSY', 'Another run is in progress'),
    t('advice.DK_BUSY', 'Wait until it ends, or cancel it.'),
  ],
  DK_NOT_FOUND: () => [
    t('error.DK_NOT_FOUND', 'It does not exist, or no longer exists'),
    t('advice.DK_NOT_FOUND', 'It may have been deleted. Look for it in the history.'),
  ],
  DK_UNAUTHORIZED: () => [
    t('notice.token', 'The Dashkeep service rejects the token from Grafana'),
    t(
      'notice.tokenText',
      'Grafana sends a token that the service does not expect. Restart the service so that it connects again, or enter the token manually.',
    ),
  ],
  DK_SNAPSHOT_FOREIGN: () => [
    t('error.DK_SNAPSHOT_FOREIGN', 'This snapshot is not signed by a trusted key'),
    t(
      'advice.DK_SNAPSHOT_FOREIGN',
      'Somebody else may have written it. Choose another snapshot, or ask the administrator of the service whether to trust its key.',
    ),
  ],
  DK_RUN_UNTRUSTED: () => [
    t('error.DK_RUN_UNTRUSTED', 'No trusted key signed the record of this restore'),
    t(
      'advice.DK_RUN_UNTRUSTED',
      'Somebody else may have changed it, or an earlier release wrote it. Restore the safety snapshot that was made before it instead.',
    ),
  ],
  DK_HOME_ORGANIZATION: () => [
    t('error.DK_HOME_ORGANIZATION', 'Only the home organization can do this'),
    t('advice.DK_HOME_ORGANIZATION', 'This concerns all organizations. Ask an admin of the home organization.'),
  ],
  DK_OTHER_ORGANIZATION: () => [
    t('error.DK_OTHER_ORGANIZATION', 'The app can restore only into your organization'),
    t('advice.DK_OTHER_ORGANIZATION', 'Ask a server admin to copy it to another organization.'),
  ],
  DK_ORGANIZATION_UNKNOWN: () => [
    t('error.DK_ORGANIZATION_UNKNOWN', 'The service does not know its organization yet'),
    t('advice.DK_ORGANIZATION_UNKNOWN', 'Grafana names it as soon as it responds. Try again in a moment.'),
  ],
  DK_PLAN_STALE: () => [
    t('error.DK_PLAN_STALE', 'The plan is out of date'),
    t('advice.DK_PLAN_STALE', 'Grafana has changed since the plan was made. Make a new plan.'),
  ],
  DK_PLAN_EXPIRED: () => [
    t('error.DK_PLAN_EXPIRED', 'The plan has expired'),
    t('advice.DK_PLAN_EXPIRED', 'A plan is valid for one hour. Make a new one.'),
  ],
  DK_SETTINGS_STALE: () => [
    t('error.DK_SETTINGS_STALE', 'Somebody else saved the settings'),
    t('advice.DK_SETTINGS_STALE', 'Reload them, then make your changes again.'),
  ],
  DK_NOT_ALLOWED: () => [
    t('error.DK_NOT_ALLOWED', 'The deployment does not allow this directory or address'),
    t(
      'advice.DK_NOT_ALLOWED',
      'Use one that is allowed, or ask the administrator of the service to allow this one. Link-local and metadata addresses are always refused.',
    ),
  ],
  DK_UNCONFIGURED: () => [
    t('error.DK_UNCONFIGURED', 'No target is set yet'),
    t('advice.DK_UNCONFIGURED', 'Choose a target in the settings first.'),
  ],
  DK_TOO_MANY: () => [
    t('error.DK_TOO_MANY', 'The service is handling too many requests'),
    t('advice.DK_TOO_MANY', 'Wait a moment, then try again.'),
  ],
  DK_TOO_LARGE: () => [
    t('error.DK_TOO_LARGE', 'The request is too large'),
    t('advice.DK_TOO_LARGE', 'Choose fewer resources, in several steps.'),
  ],
  DK_MEDIA_TYPE: () => [
    t('error.DK_MEDIA_TYPE', 'The request is not JSON'),
    t('advice.DK_MEDIA_TYPE', 'Reload the page. The app and the service may have different versions.'),
  ],
  DK_METHOD_NOT_ALLOWED: () => [
    t('error.DK_METHOD_NOT_ALLOWED', 'The service does not support this request'),
    t('advice.DK_METHOD_NOT_ALLOWED', 'Reload the page, and update the app and the service to the same version.'),
  ],
  DK_CONFIRMATION: () => [
    t('error.DK_CONFIRMATION', 'The typed text does not match'),
    t('advice.DK_CONFIRMATION', 'Type exactly the text that is shown.'),
  ],
  DK_JSON_INVALID: () => [
    t('error.DK_JSON_INVALID', 'The content is not valid JSON'),
    t('advice.DK_JSON_INVALID', 'It may be cut off. Try again. If the error persists, verify the stored data.'),
  ],
  DK_JSON_TOO_LARGE: () => [
    t('error.DK_JSON_TOO_LARGE', 'The content does not fit into the memory of the service'),
    t('advice.DK_JSON_TOO_LARGE', 'Give the service more memory.'),
  ],
  DK_GRAFANA_UNREACHABLE: () => [
    t('error.DK_GRAFANA_UNREACHABLE', 'The service cannot reach Grafana'),
    t('advice.DK_GRAFANA_UNREACHABLE', 'Check that Grafana is running and that the service uses the correct address.'),
  ],
  DK_GRAFANA_TIMEOUT: () => [
    t('error.DK_GRAFANA_TIMEOUT', 'Grafana did not respond in time'),
    t('advice.DK_GRAFANA_TIMEOUT', 'Grafana may be overloaded. Try again later.'),
  ],
  DK_GRAFANA_UNAUTHORIZED: () => [
    t('error.DK_GRAFANA_UNAUTHORIZED', 'Grafana rejects the token or password of the service'),
    t('advice.DK_GRAFANA_UNAUTHORIZED', 'The token or password is wrong or has expired.'),
  ],
  DK_GRAFANA_FORBIDDEN: () => [
    t('error.DK_GRAFANA_FORBIDDEN', 'The service does not have permission to do this in Grafana'),
    t('advice.DK_GRAFANA_FORBIDDEN', 'Give the service account the permission that is named, or the Admin role.'),
  ],
  DK_GRAFANA_NOT_FOUND: () => [
    t('error.DK_GRAFANA_NOT_FOUND', 'It no longer exists in Grafana'),
    t('advice.DK_GRAFANA_NOT_FOUND', 'Somebody may have deleted it. Make a new plan.'),
  ],
  DK_GRAFANA_CONFLICT: () => [
    t('error.DK_GRAFANA_CONFLICT', 'Somebody else changed it in Grafana'),
    t('advice.DK_GRAFANA_CONFLICT', 'Make a new plan.'),
  ],
  DK_GRAFANA_REFUSED: () => [
    t('error.DK_GRAFANA_REFUSED', 'Grafana refused the request'),
    t('advice.DK_GRAFANA_REFUSED', 'Grafana’s message says why.'),
  ],
  DK_GRAFANA_FAILED: () => [
    t('error.DK_GRAFANA_FAILED', 'Grafana returned an error'),
    t('advice.DK_GRAFANA_FAILED', 'Grafana’s log says why.'),
  ],
  DK_GRAFANA_ANSWER: () => [
    t('error.DK_GRAFANA_ANSWER', 'The response does not come from Grafana'),
    t('advice.DK_GRAFANA_ANSWER', 'Check whether a proxy or a login page is in between.'),
  ],
  DK_GRAFANA_TOO_LARGE: () => [
    t('error.DK_GRAFANA_TOO_LARGE', 'A response of Grafana does not fit into the memory of the service'),
    t('advice.DK_GRAFANA_TOO_LARGE', 'Make the resource smaller in Grafana, or give the service more memory.'),
  ],
  DK_GRAFANA_INCOMPLETE_LIST: () => [
    t('error.DK_GRAFANA_INCOMPLETE_LIST', 'A list from Grafana is incomplete'),
    t('advice.DK_GRAFANA_INCOMPLETE_LIST', 'An incomplete list is not used. Start it again.'),
  ],
  DK_GRAFANA_VERSION: () => [
    t('error.DK_GRAFANA_VERSION', 'This version of Grafana is not supported'),
    t('advice.DK_GRAFANA_VERSION', 'Upgrade to Grafana 10.4 or later.'),
  ],
  DK_STORE_UNREACHABLE: () => [
    t('error.DK_STORE_UNREACHABLE', 'The service cannot reach the target'),
    t('advice.DK_STORE_UNREACHABLE', 'Check the endpoint, the network and the certificate of the target.'),
  ],
  DK_STORE_TIMEOUT: () => [
    t('error.DK_STORE_TIMEOUT', 'The target did not respond in time'),
    t('advice.DK_STORE_TIMEOUT', 'Try again later.'),
  ],
  DK_STORE_DENIED: () => [
    t('error.DK_STORE_DENIED', 'The credentials do not allow this in the target'),
    t('advice.DK_STORE_DENIED', 'Grant the permission that is named here.'),
  ],
  DK_STORE_CREDENTIALS: () => [
    t('error.DK_STORE_CREDENTIALS', 'The target rejects the credentials'),
    t('advice.DK_STORE_CREDENTIALS', 'Check the access key and its secret, or the profile that holds them.'),
  ],
  DK_STORE_NOT_FOUND: () => [
    t('error.DK_STORE_NOT_FOUND', 'An object is missing from the target'),
    t('advice.DK_STORE_NOT_FOUND', 'Verify the stored data to see what else is missing.'),
  ],
  DK_STORE_NO_BUCKET: () => [
    t('error.DK_STORE_NO_BUCKET', 'The bucket does not exist'),
    t('advice.DK_STORE_NO_BUCKET', 'Create the bucket first, or correct its name and region.'),
  ],
  DK_STORE_EXISTS: () => [
    t('error.DK_STORE_EXISTS', 'The target already holds an object with that name'),
    t('advice.DK_STORE_EXISTS', 'Start it again.'),
  ],
  DK_STORE_LOCKED: () => [
    t('error.DK_STORE_LOCKED', 'The target protects this object from deletion'),
    t('advice.DK_STORE_LOCKED', 'You can delete it when its lock expires.'),
  ],
  DK_STORE_FAILED: () => [
    t('error.DK_STORE_FAILED', 'The target returned an error'),
    t('advice.DK_STORE_FAILED', 'The target’s message says why.'),
  ],
  DK_STORE_TOO_LARGE: () => [
    t('error.DK_STORE_TOO_LARGE', 'An object in the target is too large'),
    t('advice.DK_STORE_TOO_LARGE', 'Dashkeep did not read it. It is damaged, or Dashkeep did not write it.'),
  ],
  DK_STORE_KEY: () => [
    t('error.DK_STORE_KEY', 'The target does not accept this name'),
    t('advice.DK_STORE_KEY', 'Use only letters, digits and ._/-=%+@.'),
  ],
  DK_REPOSITORY_MISSING: () => [
    t('error.DK_REPOSITORY_MISSING', 'The target holds no snapshots yet'),
    t('advice.DK_REPOSITORY_MISSING', 'Make the first backup, or correct the target in the settings.'),
  ],
  DK_REPOSITORY_FORMAT: () => [
    t('error.DK_REPOSITORY_FORMAT', 'Written by a newer Dashkeep, or not a Dashkeep repository'),
    t('advice.DK_REPOSITORY_FORMAT', 'Upgrade Dashkeep, or check the target in the settings.'),
  ],
  DK_REPOSITORY_FOREIGN: () => [
    t('error.DK_REPOSITORY_FOREIGN', 'The target holds files that Dashkeep did not write'),
    t('advice.DK_REPOSITORY_FOREIGN', 'Give Dashkeep its own folder in the bucket.'),
  ],
  DK_REPOSITORY_REPLACED: () => [
    t('error.DK_REPOSITORY_REPLACED', 'Another repository is at the target'),
    t('advice.DK_REPOSITORY_REPLACED', 'Find out who replaced it. Nothing in it is used until you accept it.'),
  ],
  DK_REPOSITORY_EMPTIED: () => [
    t('error.DK_REPOSITORY_EMPTIED', 'The target was emptied'),
    t('advice.DK_REPOSITORY_EMPTIED', 'Find out who emptied it, and restore it from the versions of the bucket.'),
  ],
  DK_SIGNATURES_MISSING: () => [
    t('error.DK_SIGNATURES_MISSING', 'Signatures of snapshots are gone'),
    t('advice.DK_SIGNATURES_MISSING', 'Restore them from the versions of the bucket. Unsigned snapshots do not count.'),
  ],
  DK_SNAPSHOT_LOST: () => [
    t('error.DK_SNAPSHOT_LOST', 'The newest snapshot is gone'),
    t('advice.DK_SNAPSHOT_LOST', 'Find out who removed it, and restore it from the versions of the bucket.'),
  ],
  DK_INTEGRITY: () => [
    t('error.DK_INTEGRITY', 'Stored data is damaged'),
    t('advice.DK_INTEGRITY', 'Verify the stored data, then repair it with the command line.'),
  ],
  DK_OBJECT_MISSING: () => [
    t('error.DK_OBJECT_MISSING', 'An object that a snapshot needs is missing from the target'),
    t('advice.DK_OBJECT_MISSING', 'Repair the stored data with the command line. Other snapshots may be intact.'),
  ],
  DK_OBJECT_DAMAGED: () => [
    t('error.DK_OBJECT_DAMAGED', 'An object that a snapshot needs is damaged'),
    t('advice.DK_OBJECT_DAMAGED', 'Repair the stored data with the command line. Other snapshots may be intact.'),
  ],
  DK_MANIFEST_DAMAGED: () => [
    t('error.DK_MANIFEST_DAMAGED', 'This snapshot is damaged'),
    t('advice.DK_MANIFEST_DAMAGED', 'Choose another snapshot. The others are not affected.'),
  ],
  DK_MANIFEST_TOO_LARGE: () => [
    t('error.DK_MANIFEST_TOO_LARGE', 'The list of all resources does not fit into the memory of the service'),
    t('advice.DK_MANIFEST_TOO_LARGE', 'Give the service more memory, or back up fewer kinds.'),
  ],
  DK_SNAPSHOT_FUTURE: () => [
    t('error.DK_SNAPSHOT_FUTURE', 'This snapshot is from the future: a clock that was ahead dated it'),
    t('advice.DK_SNAPSHOT_FUTURE', 'It does not count until then. Delete it if you do not need it.'),
  ],
  DK_ENCRYPTION: () => [
    t('error.DK_ENCRYPTION', 'The snapshots cannot be encrypted or decrypted'),
    t('advice.DK_ENCRYPTION', 'Check the recipients and the identity in the settings.'),
  ],
  DK_IDENTITY_MISSING: () => [
    t('error.DK_IDENTITY_MISSING', 'The snapshots are encrypted, and the service has no private key for them'),
    t('advice.DK_IDENTITY_MISSING', 'To read them here, enter the private key in the settings.'),
  ],
  DK_PRUNE_UNSAFE: () => [
    t('error.DK_PRUNE_UNSAFE', 'Pruning was not safe, so nothing was removed'),
    t('advice.DK_PRUNE_UNSAFE', 'Resolve the cause, then retry.'),
  ],
  DK_CLOCK_SKEW: () => [
    t('error.DK_CLOCK_SKEW', 'The clocks of the service, the target or Grafana differ too much'),
    t('advice.DK_CLOCK_SKEW', 'Set the clock that is wrong. Until then, nothing is saved, restored or pruned.'),
  ],
  DK_NOTIFICATION: () => [
    t('error.DK_NOTIFICATION', 'The notification was not delivered'),
    t('advice.DK_NOTIFICATION', 'Check its address, and that the service can reach it.'),
  ],
  DK_KUBERNETES: () => [
    t('error.DK_KUBERNETES', 'The service lacks a permission in the cluster'),
    t('advice.DK_KUBERNETES', 'Check the Role that is named here.'),
  ],
  DK_BOOTSTRAP: () => [
    t('error.DK_BOOTSTRAP', 'The service has no access to Grafana'),
    t('advice.DK_BOOTSTRAP', 'Check that the admin Secret holds the password that Grafana uses.'),
  ],
};
