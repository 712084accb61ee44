/** What to do about an error of a search, a restore or a drill. */
export const ENGINE_ADVICE = {
  'delete-scratch-org':
    'delete it under Administration > Organizations, or look up its id with GET {url}/api/orgs/name/{name} and send DELETE {url}/api/orgs/<id>, as a server admin',
  'delete-scratch-folder':
    "delete the folder under Dashboards in the org '{org}', with what is in it, or send DELETE {url}/api/folders/{uid}",
  'shorten-search': 'Search for a part of it: a few words are enough.',
  'lengthen-search': 'Give at least {count} characters, such as a part of a title or of a query.',
  'check-rule-uid': 'Check the uid; `{command}` lists the rules that there are.',
  'type-confirmation': "Type '{confirm}' to confirm (--confirm).",
  'save-plan': 'Make one with `{command}`.',
  'write-secrets': 'Write kind, uid and field, each a mapping: {example}.',
  'use-existing-data-source': 'Use the UID of an existing data source, such as --map-datasource old=new.',
  'choose-snapshot-with-dashboard': 'Choose a snapshot that holds the dashboard.',
  'close-folders-to-others':
    'Take the permissions on all folders away from {who}, or compare the versions of the dashboard instead of opening a copy.',
  'empty-preview-folders': 'Move your own dashboards out of the folders named Dashkeep preview, then retry.',
  'check-kind-and-uid': 'Check kind and uid; `{command}` lists what there is.',
  'did-you-mean': 'Did you mean {found}?',
} as const;
