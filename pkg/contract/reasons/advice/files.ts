import type { Text } from '../../texts.ts';

/** What to do about a file that cannot be read or written. */
export const FILES_ADVICE = {
  'check-path':
    'No such file. Check the path. In Kubernetes, check that the Secret exists, has this key and is mounted.',
  'allow-reading': 'Allow Dashkeep’s user to read it.',
  'name-file': 'This is a directory. Specify a file in it.',
  'name-writable-file':
    'Specify a file in a directory that Dashkeep may write to; in a container, for example in /tmp.',
  'name-empty-directory': 'Specify a new or empty directory, or the directory of an earlier export.',
  'free-space': 'The disk is full. Free up space, or use a larger volume.',
  'give-file': {
    cli: 'The file belongs to the user with ID {owner}. Give it to the user of this process with `{command}`.',
    page: 'The file belongs to the user with ID {owner}. Give it to the user of the service: {command}.',
  },
  'set-state-directory': {
    cli: 'Set DASHKEEP_STATE_DIR to a directory that this process may write to.',
    page: 'Give the service a state directory that it may write to.',
  },
} as const satisfies Record<string, Text>;
