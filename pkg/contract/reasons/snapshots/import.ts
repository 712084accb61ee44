/** What an imported archive lacks. */
export const IMPORT_REASONS = {
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
