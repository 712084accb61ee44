import type { KnownReason } from './reasons/catalogue.ts';

/** What the catalogue says about one error code. */
export interface ErrorKind {
  /** Exit code of the command line (0 done, 1 failed, 2 wrong use, 3 partial, 4 integrity, 5 busy, 130 interrupted). */
  exit: 1 | 2 | 3 | 4 | 5 | 130;
  /** HTTP status of the service's API. */
  status: number;
  /** What to do about it, for a person. */
  hint: string;
}

/** Every error that Dashkeep raises on purpose. The documentation's table is made from this list. */
export const ERROR_CATALOGUE = {
  DK_USAGE: { exit: 2, status: 400, hint: 'See `dashkeep --help`.' },
  DK_SETTINGS: { exit: 2, status: 400, hint: 'Correct the named setting.' },
  DK_INTERNAL: {
    exit: 1,
    status: 500,
    hint: 'This is a defect in Dashkeep: please report it with the log lines around it.',
  },
  DK_INTERRUPTED: { exit: 130, status: 409, hint: 'Start the run again; nothing that was published is affected.' },
  DK_BUSY: { exit: 5, status: 409, hint: 'Wait for the running one to end, or cancel it.' },
  DK_NOT_FOUND: { exit: 1, status: 404, hint: 'Check the id or uid; `dashkeep snapshots` lists what exists.' },
  DK_METHOD_NOT_ALLOWED: { exit: 2, status: 405, hint: 'The header Allow names the methods of this path.' },
  DK_UNAUTHORIZED: { exit: 1, status: 401, hint: "Send the service's API token as a bearer token." },
  DK_HOME_ORGANIZATION: {
    exit: 1,
    status: 403,
    hint: 'Ask an admin of the home organization: this concerns all organizations.',
  },
  DK_OTHER_ORGANIZATION: {
    exit: 1,
    status: 403,
    hint: 'Use the command line: `dashkeep restore <snapshot> --only <kind>/<uid> --into-org <id> --apply`.',
  },
  DK_ORGANIZATION_UNKNOWN: {
    exit: 1,
    status: 503,
    hint: 'Check that Grafana is up and accepts the token of the service; try again in a moment.',
  },
  DK_PLAN_STALE: { exit: 1, status: 409, hint: 'What is live has changed since the plan was made: make a new plan.' },
  DK_PLAN_EXPIRED: { exit: 1, status: 410, hint: 'Plans are kept for an hour: make a new one.' },
  DK_SETTINGS_STALE: { exit: 1, status: 412, hint: 'Somebody else saved the settings meanwhile: load them again.' },
  DK_NOT_ALLOWED: {
    exit: 2,
    status: 400,
    hint: 'Use another address, or let the deployment name it in DASHKEEP_OUTBOUND_ALLOW. Link-local and metadata addresses are always refused.',
  },
  DK_UNCONFIGURED: { exit: 2, status: 409, hint: 'Set the target first: DASHKEEP_TARGET, or the settings page.' },
  DK_TOO_MANY: { exit: 5, status: 429, hint: 'Wait until the requests before this one are answered.' },
  DK_TOO_LARGE: { exit: 2, status: 413, hint: 'Send less at once.' },
  DK_MEDIA_TYPE: { exit: 2, status: 415, hint: 'Send JSON, with the content type application/json.' },
  DK_CONFIRMATION: { exit: 2, status: 400, hint: 'Type the name that the message asks for.' },
  DK_JSON_INVALID: { exit: 1, status: 400, hint: 'The document is not the JSON it should be; it may be cut short.' },

  DK_GRAFANA_UNREACHABLE: { exit: 1, status: 502, hint: 'Check GRAFANA_URL and that Grafana is up.' },
  DK_GRAFANA_TIMEOUT: { exit: 1, status: 504, hint: 'Grafana did not answer in time; it may be overloaded.' },
  DK_GRAFANA_UNAUTHORIZED: { exit: 1, status: 502, hint: 'The token or password is wrong or has expired.' },
  DK_GRAFANA_FORBIDDEN: { exit: 1, status: 502, hint: 'Give the service account the named right, or the Admin role.' },
  DK_GRAFANA_NOT_FOUND: { exit: 1, status: 502, hint: 'The resource no longer exists in Grafana.' },
  DK_GRAFANA_CONFLICT: { exit: 1, status: 502, hint: 'Somebody else changed the resource meanwhile: plan again.' },
  DK_GRAFANA_REFUSED: { exit: 1, status: 502, hint: 'Grafana refused the request; its own message says why.' },
  DK_GRAFANA_FAILED: { exit: 1, status: 502, hint: 'Grafana failed to answer; its log says why.' },
  DK_GRAFANA_ANSWER: {
    exit: 1,
    status: 502,
    hint: 'The answer is not what Grafana sends; is there a proxy or login page in between?',
  },
  DK_GRAFANA_INCOMPLETE_LIST: {
    exit: 1,
    status: 502,
    hint: 'A list could not be read to its end, so it is not trusted. Run again.',
  },
  DK_GRAFANA_VERSION: { exit: 1, status: 502, hint: 'Dashkeep supports Grafana 10.4 and later.' },

  DK_STORE_UNREACHABLE: {
    exit: 1,
    status: 502,
    hint: 'Check the endpoint, the network and the certificate of the target.',
  },
  DK_STORE_TIMEOUT: { exit: 1, status: 504, hint: 'The target did not answer in time.' },
  DK_STORE_DENIED: { exit: 1, status: 502, hint: 'The key may not do this: grant the named permission.' },
  DK_STORE_CREDENTIALS: { exit: 2, status: 400, hint: 'Check the access key and secret, and the profile they are in.' },
  DK_STORE_NOT_FOUND: { exit: 1, status: 404, hint: 'The object is not in the target.' },
  DK_STORE_NO_BUCKET: { exit: 2, status: 400, hint: 'Create the bucket first, or correct its name and region.' },
  DK_STORE_EXISTS: { exit: 1, status: 409, hint: 'An object of that name exists already.' },
  DK_STORE_LOCKED: { exit: 1, status: 409, hint: 'Object lock protects the object until its retention ends.' },
  DK_STORE_FAILED: { exit: 1, status: 502, hint: 'The target failed; its message says why.' },
  DK_STORE_TOO_LARGE: {
    exit: 4,
    status: 502,
    hint: 'The object is larger than anything Dashkeep writes there, so it was not read: it is damaged or foreign.',
  },
  DK_STORE_KEY: {
    exit: 1,
    status: 500,
    hint: 'Keys may hold only letters, digits and ._/-=%+@ and no empty or dot segments.',
  },

  DK_REPOSITORY_MISSING: {
    exit: 2,
    status: 404,
    hint: 'There is no repository at this target yet: run `dashkeep backup` first, or correct DASHKEEP_TARGET.',
  },
  DK_REPOSITORY_FORMAT: {
    exit: 2,
    status: 409,
    hint: 'The repository was written by a newer Dashkeep, or is not one: use that version.',
  },
  DK_REPOSITORY_FOREIGN: {
    exit: 2,
    status: 409,
    hint: 'The prefix holds files of something else: give Dashkeep a prefix of its own.',
  },
  DK_INTEGRITY: { exit: 4, status: 500, hint: 'Run `dashkeep verify --read-data`, then `dashkeep repair`.' },
  DK_OBJECT_MISSING: { exit: 4, status: 500, hint: 'An object that a snapshot needs is gone: run `dashkeep repair`.' },
  DK_OBJECT_DAMAGED: { exit: 4, status: 500, hint: 'An object does not match its hash: run `dashkeep repair`.' },
  DK_MANIFEST_DAMAGED: {
    exit: 4,
    status: 500,
    hint: 'A manifest cannot be trusted; other snapshots are not affected.',
  },
  DK_SNAPSHOT_FOREIGN: {
    exit: 4,
    status: 409,
    hint: 'No trusted key has signed it. `dashkeep keys` shows who signed what, and what is trusted here.',
  },
  DK_ENCRYPTION: { exit: 2, status: 400, hint: 'Check the age recipients and identity.' },
  DK_IDENTITY_MISSING: { exit: 2, status: 400, hint: 'The repository is encrypted: give DASHKEEP_AGE_IDENTITY_FILE.' },
  DK_PRUNE_UNSAFE: {
    exit: 5,
    status: 409,
    hint: 'Nothing was removed. Read the reason and try again when it has passed.',
  },
  DK_CLOCK_SKEW: {
    exit: 5,
    status: 409,
    hint: "Set the clock of this machine: it differs from the target's by more than five minutes.",
  },

  DK_NOTIFICATION: {
    exit: 1,
    status: 502,
    hint: 'Check the address of the webhook, and that it can be reached from here.',
  },
  DK_KUBERNETES: { exit: 1, status: 502, hint: 'Check the Role that the message names.' },
  DK_BOOTSTRAP: { exit: 1, status: 502, hint: 'Check the admin Secret against the password that Grafana really has.' },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

interface ErrorOptions {
  cause?: unknown;
  hint?: string;
  why?: KnownReason;
}

/** An error with a code from the catalogue. Messages never hold a secret or a body. */
export class DashkeepError extends Error {
  readonly code: ErrorCode;
  /** The same as the message, as data; absent where another program said it, or nobody has to tell it apart. */
  readonly why: KnownReason | undefined;
  /** More than the catalogue's hint, when the place that failed knows better. */
  readonly #hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'DashkeepError';
    this.code = code;
    this.why = options.why;
    this.#hint = options.hint;
  }

  get hint(): string {
    return this.#hint ?? ERROR_CATALOGUE[this.code].hint;
  }

  get exit(): number {
    return ERROR_CATALOGUE[this.code].exit;
  }

  get status(): number {
    return ERROR_CATALOGUE[this.code].status;
  }
}

/** Any thrown value as a DashkeepError; what nobody foresaw becomes DK_INTERNAL. */
export function asDashkeepError(error: unknown): DashkeepError {
  if (error instanceof DashkeepError) {
    return error;
  }
  const message = error instanceof Error ? error.message : String(error);
  return new DashkeepError('DK_INTERNAL', message, { cause: error });
}

/** The reason in one line, for records and tables. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
