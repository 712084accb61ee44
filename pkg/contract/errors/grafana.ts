import type { ErrorKind } from './kind.ts';

/** Errors of Grafana. */
export const GRAFANA_ERRORS = {
  DK_GRAFANA_UNREACHABLE: {
    exit: 1,
    status: 502,
    title: 'The service cannot reach Grafana',
    hint: 'Check that Grafana is running and that its address is correct: GRAFANA_URL, or the DASHKEEP_CONNECTION_…_URL of a connection.',
    page: 'Check that Grafana is running and that the service uses the correct address.',
  },
  DK_GRAFANA_TIMEOUT: {
    exit: 1,
    status: 504,
    title: 'Grafana did not respond in time',
    hint: 'Grafana may be overloaded. Retry later, or raise DASHKEEP_GRAFANA_TIMEOUT.',
    page: 'Grafana may be overloaded. Retry later.',
  },
  DK_GRAFANA_UNAUTHORIZED: {
    exit: 1,
    status: 502,
    title: 'Grafana rejects the service’s token or password',
    hint: 'Check the token or password. It is wrong or has expired.',
  },
  DK_GRAFANA_FORBIDDEN: {
    exit: 1,
    status: 502,
    title: 'The service does not have permission to do this in Grafana',
    hint: 'Give the service account the permission named in the message, or the Admin role.',
  },
  DK_GRAFANA_NOT_FOUND: {
    exit: 1,
    status: 502,
    title: 'This item no longer exists in Grafana',
    hint: 'Check whether someone deleted the resource, or whether a proxy responds instead of Grafana. To restore, create a new plan.',
  },
  DK_GRAFANA_CONFLICT: {
    exit: 1,
    status: 502,
    title: 'Someone else changed this item in Grafana',
    hint: 'Create a new plan.',
  },
  DK_GRAFANA_REFUSED: {
    exit: 1,
    status: 502,
    title: 'Grafana refused the request',
    hint: 'Grafana’s message gives the reason.',
  },
  DK_GRAFANA_FAILED: {
    exit: 1,
    status: 502,
    title: 'Grafana returned an error',
    hint: 'Check Grafana’s log.',
  },
  DK_GRAFANA_ANSWER: {
    exit: 1,
    status: 502,
    title: 'The response does not come from Grafana',
    hint: 'Check whether a proxy or login page is between Dashkeep and Grafana.',
  },
  DK_GRAFANA_TOO_LARGE: {
    exit: 1,
    status: 502,
    title: 'A response from Grafana exceeds the memory of the service',
    hint: 'Reduce the size of the resource in Grafana, or give Dashkeep more memory (`resources` and `nodeMaxOldSpaceMiB` of the chart).',
    page: 'Reduce the size of the resource in Grafana, or give the service more memory.',
  },
  DK_GRAFANA_INCOMPLETE_LIST: {
    exit: 1,
    status: 502,
    title: 'A list from Grafana is incomplete',
    hint: 'Grafana did not return the whole list. Retry.',
  },
  DK_GRAFANA_VERSION: {
    exit: 1,
    status: 502,
    title: 'This version of Grafana is not supported',
    hint: 'Upgrade to Grafana 10.4 or later.',
  },
} as const satisfies Record<string, ErrorKind>;
