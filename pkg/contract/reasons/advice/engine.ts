import type { Text } from '../../texts.ts';

/** What to do about an error of a search, a restore or a restore test. */
export const ENGINE_ADVICE = {
  'delete-scratch-org': {
    cli: 'As a server admin, delete it under Administration > Organizations, or look up its ID with GET {url}/api/orgs/name/{name} and send DELETE {url}/api/orgs/<id>.',
    page: 'As a server admin, delete the organization {name} under Administration in Grafana.',
  },
  'delete-scratch-folder': {
    cli: 'Delete the folder with its contents under Dashboards in organization “{org}”, or send DELETE {url}/api/folders/{uid}.',
    page: 'Delete the folder with UID {uid} in organization “{org}”, with its contents.',
  },
  'delete-drill-leftover':
    'If the temporary folder “{folder}” or organization “{org}” still exists in Grafana, delete it with its contents, then start the restore test again.',
  'finish-or-undo': {
    cli: 'Finish it or undo it with one of the commands above.',
    page: 'Finish it or undo it.',
  },
  'finish-or-undo-run': {
    cli: 'Finish it or undo it. To see the commands, run `dashkeep runs {run}`.',
    page: 'Finish it or undo it.',
  },
  'unrecorded-send':
    'The restore wrote nothing, or its record has been removed since. If it wrote nothing, there is nothing to undo: start it again.',
  'without-safety-snapshot': {
    cli: 'The safety snapshot could not be stored. Free up space in the target, or allow writing to it, then retry. Or add --no-safety-snapshot, but then you cannot undo the restore.',
    page: 'The safety snapshot could not be stored. Free up space in the target, or allow writing to it, then retry. Or restore on the command line without a safety snapshot, but then you cannot undo the restore.',
  },
  'nothing-written': 'Nothing was written to Grafana. Run the command again.',
  'shorten-search': 'Search for part of the text. A few words are enough.',
  'lengthen-search': 'Enter at least {count} characters, such as part of a title or query.',
  'see-versions': {
    cli: 'This command lists the snapshots that contain it: {command}',
    page: 'Choose a snapshot that contains it.',
  },
  'type-confirmation': {
    cli: "To confirm, type '{confirm}', or pass it with --confirm.",
    page: 'To confirm, type “{confirm}”.',
  },
  'restore-earlier': 'Restore these resources from an earlier backup instead.',
  'save-plan': 'Create a plan with this command: {command}',
  'restore-here': {
    cli: 'Restore into the same Grafana instance with dashkeep restore. If this is another Grafana instance on a copy of the same database, delete the rows of its signing_key table, then restart it.',
    page: 'Restore into the same Grafana instance instead. If this is another Grafana instance on a copy of the same database, delete the rows of its signing_key table, then restart it.',
  },
  'name-connection-org': {
    cli: 'Set {connection}_ORGS to the ID of the organization to send to.',
    page: 'In the deployment, set the organization to which this connection sends resources.',
  },
  'set-deployment-target': {
    cli: 'Set DASHKEEP_TARGET (in the chart: target), and do not save an endpoint, keys or recipients on the settings page.',
    page: 'Set the target in the deployment, and do not save an endpoint, keys or recipients on the settings page.',
  },
  'write-secrets': 'Write the kind, UID and field as nested mappings: {example}',
  'name-secret-org': {
    cli: 'Before the kind, add the ID that the organization has in Grafana, for example {example}. If the organization does not exist yet, omit the entry, then restore that organization with --orgs and its own file.',
    page: 'Before the kind, add the ID that the organization has in Grafana, for example {example}.',
  },
  'set-secret-variable': 'Set the environment variable {name}, or correct its name in the file.',
  'write-mapping': 'Valid keys are uids, orgs and kinds. Under a kind, map old to new values: {example}',
  'remove-orgs': 'Remove orgs from the mapping, or use the mapping on the command line.',
  'remove-mappings': 'Delete mappings that you no longer use.',
  'use-existing-data-source': 'Use the UID of an existing data source.',
  'choose-snapshot-with-dashboard': 'Choose a snapshot that contains the dashboard.',
  'close-folders-to-others':
    'Remove the permissions of {who} on all folders, or compare the versions of the dashboard instead of opening a copy.',
  'empty-preview-folders': 'Move your own dashboards out of the folders named Dashkeep preview, then retry.',
  'check-kind-and-uid': {
    cli: 'Check the kind and the UID. This command lists the existing resources: {command}',
    page: 'Check the kind and the UID.',
  },
  'did-you-mean': { cli: 'Did you mean {found}?', page: 'Did you mean {names}?' },
} as const satisfies Record<string, Text>;
