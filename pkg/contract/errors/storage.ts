import type { ErrorKind } from './kind.ts';

/** Errors of the target. */
export const STORAGE_ERRORS = {
  DK_STORE_UNREACHABLE: {
    exit: 1,
    status: 502,
    title: 'The service cannot reach the target',
    hint: 'Check the endpoint, the network and the certificate of the target. In Kubernetes, also check which ports the NetworkPolicy allows.',
    page: 'Check the endpoint, the network and the certificate of the target.',
  },
  DK_STORE_TIMEOUT: {
    exit: 1,
    status: 504,
    title: 'The target did not respond in time',
    hint: 'Check the network connection to the target, then retry.',
  },
  DK_STORE_DENIED: {
    exit: 1,
    status: 502,
    title: 'The credentials do not allow this operation in the target',
    hint: 'Grant the credentials the permission named in the message.',
  },
  DK_STORE_CREDENTIALS: {
    exit: 2,
    status: 400,
    title: 'The target rejects the credentials',
    hint: 'Check the access key and its secret, or the profile that contains them.',
  },
  DK_STORE_NOT_FOUND: {
    exit: 1,
    status: 404,
    title: 'An object is missing from the target',
    hint: 'To list all missing objects, run `dashkeep verify`.',
    page: 'To list all missing objects, verify the repository.',
  },
  DK_STORE_NO_BUCKET: {
    exit: 2,
    status: 400,
    title: 'The bucket does not exist',
    hint: 'Create the bucket first, or correct its name and region.',
  },
  DK_STORE_EXISTS: {
    exit: 1,
    status: 409,
    title: 'The target already contains an object with that name',
    hint: 'Retry.',
  },
  DK_STORE_LOCKED: {
    exit: 1,
    status: 409,
    title: 'The target protects this object from deletion',
    hint: 'Wait until the lock of the object expires.',
  },
  DK_STORE_FAILED: {
    exit: 1,
    status: 502,
    title: 'The target returned an error',
    hint: 'The target’s message gives the reason.',
  },
  DK_STORE_TOO_LARGE: {
    exit: 4,
    status: 502,
    title: 'An object in the target is too large',
    hint: 'Dashkeep did not read the object. It is damaged, or Dashkeep did not write it.',
  },
  DK_STORE_KEY: {
    exit: 1,
    status: 500,
    title: 'The target does not accept this name',
    hint: 'Use only letters, digits and ._/-=%+@. No segment may be empty or start with a dot.',
  },
} as const satisfies Record<string, ErrorKind>;
