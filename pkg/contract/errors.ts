import { compact } from './compact.ts';
import { sentenceOf, type KnownReason } from './reasons/catalogue.ts';

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
    hint: 'This is a bug in Dashkeep. Please report it with the log lines around it.',
  },
  DK_INTERRUPTED: { exit: 130, status: 409, hint: 'Start the run again. Published snapshots are not affected.' },
  DK_BUSY: { exit: 5, status: 409, hint: 'Wait until the other run ends, or cancel it.' },
  DK_NOT_FOUND: { exit: 1, status: 404, hint: 'Check the id or UID. `dashkeep snapshots` lists existing snapshots.' },
  DK_METHOD_NOT_ALLOWED: { exit: 2, status: 405, hint: 'Use a method that the header Allow lists.' },
  DK_UNAUTHORIZED: { exit: 1, status: 401, hint: "Send the service's API token as a bearer token." },
  DK_HOME_ORGANIZATION: {
    exit: 1,
    status: 403,
    hint: 'This concerns all organizations. Ask an admin of the home organization.',
  },
  DK_OTHER_ORGANIZATION: {
    exit: 1,
    status: 403,
    hint: 'Use the command line: `dashkeep restore <snapshot> --only <kind>/<uid> --into-org <id> --apply`.',
  },
  DK_ORGANIZATION_UNKNOWN: {
    exit: 1,
    status: 503,
    hint: 'Check that Grafana is running and accepts the token of the service, then retry.',
  },
  DK_PLAN_STALE: { exit: 1, status: 409, hint: 'Grafana has changed since the plan was made. Make a new plan.' },
  DK_PLAN_EXPIRED: { exit: 1, status: 410, hint: 'A plan is valid for one hour. Make a new one.' },
  DK_SETTINGS_STALE: {
    exit: 1,
    status: 412,
    hint: 'Somebody else saved the settings. Reload them and make your changes again.',
  },
  DK_NOT_ALLOWED: {
    exit: 2,
    status: 400,
    hint: 'Use another address, or add this one to DASHKEEP_OUTBOUND_ALLOW in the deployment. Link-local and metadata addresses are always refused.',
  },
  DK_UNCONFIGURED: { exit: 2, status: 409, hint: 'Set the target first: DASHKEEP_TARGET, or the settings page.' },
  DK_TOO_MANY: { exit: 5, status: 429, hint: 'Wait until earlier requests have ended, then retry.' },
  DK_TOO_LARGE: { exit: 2, status: 413, hint: 'Send a smaller request.' },
  DK_MEDIA_TYPE: { exit: 2, status: 415, hint: 'Send JSON, with the content type application/json.' },
  DK_CONFIRMATION: { exit: 2, status: 400, hint: 'Type exactly what the message asks for.' },
  DK_JSON_INVALID: { exit: 1, status: 400, hint: 'The document is not valid JSON. It may be cut off.' },
  DK_JSON_TOO_LARGE: {
    exit: 1,
    status: 500,
    hint: 'Give Node more memory (NODE_OPTIONS=--max-old-space-size=<MiB>).',
  },

  DK_GRAFANA_UNREACHABLE: { exit: 1, status: 502, hint: 'Check GRAFANA_URL, and that Grafana is running.' },
  DK_GRAFANA_TIMEOUT: {
    exit: 1,
    status: 504,
    hint: 'Grafana may be overloaded. Retry later, or raise DASHKEEP_GRAFANA_TIMEOUT.',
  },
  DK_GRAFANA_UNAUTHORIZED: { exit: 1, status: 502, hint: 'Check the token or password. It is wrong or has expired.' },
  DK_GRAFANA_FORBIDDEN: {
    exit: 1,
    status: 502,
    hint: 'Give the service account the permission that is named, or the Admin role.',
  },
  DK_GRAFANA_NOT_FOUND: { exit: 1, status: 502, hint: 'The resource no longer exists in Grafana.' },
  DK_GRAFANA_CONFLICT: { exit: 1, status: 502, hint: 'Somebody else changed the resource. Make a new plan.' },
  DK_GRAFANA_REFUSED: { exit: 1, status: 502, hint: "Read Grafana's message: it says why the request was refused." },
  DK_GRAFANA_FAILED: { exit: 1, status: 502, hint: "Look into Grafana's log." },
  DK_GRAFANA_ANSWER: {
    exit: 1,
    status: 502,
    hint: 'Check whether a proxy or login page is between Dashkeep and Grafana.',
  },
  DK_GRAFANA_TOO_LARGE: {
    exit: 1,
    status: 502,
    hint: 'Make it smaller in Grafana, or give Dashkeep more memory (`resources` and `nodeMaxOldSpaceMiB` of the chart).',
  },
  DK_GRAFANA_INCOMPLETE_LIST: {
    exit: 1,
    status: 502,
    hint: 'Nothing was published, because a list is incomplete. Retry.',
  },
  DK_GRAFANA_VERSION: { exit: 1, status: 502, hint: 'Dashkeep supports Grafana 10.4 and later.' },

  DK_STORE_UNREACHABLE: {
    exit: 1,
    status: 502,
    hint: 'Check the endpoint, the network and the certificate of the target.',
  },
  DK_STORE_TIMEOUT: { exit: 1, status: 504, hint: 'Check the network to the target, then retry.' },
  DK_STORE_DENIED: { exit: 1, status: 502, hint: 'Grant the key the permission that is named.' },
  DK_STORE_CREDENTIALS: {
    exit: 2,
    status: 400,
    hint: 'Check the access key and its secret, and the profile that holds them.',
  },
  DK_STORE_NOT_FOUND: { exit: 1, status: 404, hint: 'Run `dashkeep verify` to see what is missing.' },
  DK_STORE_NO_BUCKET: { exit: 2, status: 400, hint: 'Create the bucket first, or correct its name and region.' },
  DK_STORE_EXISTS: { exit: 1, status: 409, hint: 'Run the command again.' },
  DK_STORE_LOCKED: { exit: 1, status: 409, hint: "Wait until the object's lock expires." },
  DK_STORE_FAILED: { exit: 1, status: 502, hint: "Read the target's message: it says why." },
  DK_STORE_TOO_LARGE: {
    exit: 4,
    status: 502,
    hint: 'Dashkeep did not read it. It is damaged, or Dashkeep did not write it.',
  },
  DK_STORE_KEY: {
    exit: 1,
    status: 500,
    hint: 'Use only letters, digits and ._/-=%+@, without empty or dot segments.',
  },

  DK_REPOSITORY_MISSING: {
    exit: 2,
    status: 404,
    hint: 'Run `dashkeep backup` first, or correct DASHKEEP_TARGET.',
  },
  DK_REPOSITORY_FORMAT: {
    exit: 2,
    status: 409,
    hint: 'Written by a newer Dashkeep, or not a Dashkeep repository. Upgrade, or check the target.',
  },
  DK_REPOSITORY_FOREIGN: {
    exit: 2,
    status: 409,
    hint: 'The prefix contains other files. Give Dashkeep its own prefix.',
  },
  DK_REPOSITORY_REPLACED: {
    exit: 4,
    status: 409,
    hint: 'Find out who replaced it. If you did, run `dashkeep trust --repository <id>`.',
  },
  DK_REPOSITORY_EMPTIED: {
    exit: 4,
    status: 409,
    hint: 'Find out who emptied the target. If you did, run `dashkeep trust --repository <id>`.',
  },
  DK_SIGNATURES_MISSING: {
    exit: 4,
    status: 409,
    hint: 'Restore the signatures from the versions of the bucket. Snapshots without one do not count.',
  },
  DK_SNAPSHOT_LOST: {
    exit: 4,
    status: 409,
    hint: 'Find out who removed it. If you did, run `dashkeep trust --repository <id>`.',
  },
  DK_INTEGRITY: { exit: 4, status: 500, hint: 'Run `dashkeep verify --read-data`, then `dashkeep repair`.' },
  DK_OBJECT_MISSING: { exit: 4, status: 500, hint: 'Run `dashkeep repair`. A snapshot needs this object.' },
  DK_OBJECT_DAMAGED: { exit: 4, status: 500, hint: 'Run `dashkeep repair`. The object does not match its hash.' },
  DK_MANIFEST_DAMAGED: {
    exit: 4,
    status: 500,
    hint: 'Choose another snapshot. The others are not affected.',
  },
  DK_MANIFEST_TOO_LARGE: {
    exit: 1,
    status: 500,
    hint: 'Give Dashkeep more memory (`resources` and `nodeMaxOldSpaceMiB` of the chart), or back up fewer kinds.',
  },
  DK_SNAPSHOT_FOREIGN: {
    exit: 4,
    status: 409,
    hint: 'No trusted key signed it. `dashkeep keys` shows who signed what, and what you trust.',
  },
  DK_RUN_UNTRUSTED: {
    exit: 4,
    status: 409,
    hint: 'Records of earlier releases are not signed. Restore its safety snapshot instead, by its id: `dashkeep snapshots`, then `dashkeep restore <id> --overwrite`.',
  },
  DK_SNAPSHOT_FUTURE: {
    exit: 4,
    status: 409,
    hint: 'A clock that was ahead dated it. It does not count until then; `dashkeep forget <id>` removes it.',
  },
  DK_ENCRYPTION: { exit: 2, status: 400, hint: 'Check the age recipients and identity.' },
  DK_IDENTITY_MISSING: {
    exit: 2,
    status: 400,
    hint: 'Set DASHKEEP_AGE_IDENTITY_FILE, because the repository is encrypted.',
  },
  DK_PRUNE_UNSAFE: {
    exit: 5,
    status: 409,
    hint: 'Nothing was removed. Resolve the cause and retry.',
  },
  DK_CLOCK_SKEW: {
    exit: 5,
    status: 409,
    hint: 'Set the clock that is wrong. Above five minutes of difference, Dashkeep saves, restores and prunes nothing.',
  },

  DK_NOTIFICATION: {
    exit: 1,
    status: 502,
    hint: 'Check the address of the webhook, and that this machine can reach it.',
  },
  DK_KUBERNETES: { exit: 1, status: 502, hint: 'Check the Role that is named.' },
  DK_BOOTSTRAP: { exit: 1, status: 502, hint: 'Check that the admin Secret holds the password that Grafana uses.' },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

interface ErrorOptions {
  cause?: unknown;
  why?: KnownReason;
  /** What to do, where the place that failed knows more than the catalogue. */
  advice?: KnownReason;
}

/** An error with a code from the catalogue. Messages never hold a secret or a body. */
export class DashkeepError extends Error {
  readonly code: ErrorCode;
  /** The same as the message, as data; absent where another program said it, or no code has to distinguish it. */
  readonly why: KnownReason | undefined;
  /** The hint as data; absent where it is the catalogue's. */
  readonly advice: KnownReason | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'DashkeepError';
    this.code = code;
    this.why = options.why;
    this.advice = options.advice;
  }

  /** What to do about it, in English. */
  get hint(): string {
    return this.advice === undefined ? ERROR_CATALOGUE[this.code].hint : sentenceOf(this.advice);
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

/** An error for records and responses: its text, and the same as data where it says more than the code does. */
export interface FailureText {
  code: ErrorCode;
  message: string;
  hint: string;
  /** The message as data. */
  why?: KnownReason;
  /** The hint as data. */
  advice?: KnownReason;
}

/** Any thrown value for a record or response. */
export function failureText(error: unknown): FailureText {
  const { code, message, hint, why, advice } = asDashkeepError(error);
  return compact({ code, message, hint, why, advice });
}

/** The reason in one line, for records and tables. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
