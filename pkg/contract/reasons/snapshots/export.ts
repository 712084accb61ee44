/** What an export cannot hold of a resource, and what an imported archive lacks. */
export const EXPORT_REASONS = {
  'export-secrets': 'secrets are left out: {fields}',
  'export-kind': 'this format does not support it',
  'export-v2-dashboard': 'this format does not support dashboards of schema v2',
  'export-folder-flat': 'nested folders become folders at the root; this one is named “{title}” there',
  'export-folder-uid':
    'it gets a new UID, because Grafana creates this folder itself when it provisions the alert rules in it',
  'export-description': 'without its description',
  'export-pinned': 'provisioning pins it to the menu',
  'export-fields': 'without these fields: {fields}',
  'export-uid': 'this format does not accept the UID {uid}',
  'import-no-folder': 'the archive does not contain this folder',
  'import-folder-title': 'the archive contains only the title of this folder, which gets a new UID',
  'import-kind': 'this kind cannot be imported from this type of archive',
  'import-variables': 'it contains environment variables, which are kept as text',
  'import-interval': 'the archive lacks the evaluation interval of the group; one minute is used',
  'import-listed-source': 'the archive contains neither its basic authentication user nor the names of its secrets',
  'import-bare-source': 'the archive contains neither its settings nor the names of its secrets',
  'import-place': 'several folders match its directory {directory}, so it is imported at the root',
  'import-blob': 'this large dashboard is stored in another table, which is not imported',
  'import-twice': 'the archive contains it more than once; the last one is used',
  'import-inputs': {
    cli: 'these inputs have no value; set them with --input: {inputs}',
    page: 'these inputs have no value: {inputs}',
  },
} as const;
