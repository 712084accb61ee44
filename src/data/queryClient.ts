import { QueryClient } from '@tanstack/react-query';
import { ServiceError, type Failure } from '../api/errors.ts';

const PASSING: Failure[] = ['unreachable', 'grafana'];

/** Retries only what may pass by itself; a refusal stays a refusal. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // What already waited for an answer in vain does not wait once more before it says so.
        retry: (count, error) =>
          count < 1 &&
          error instanceof ServiceError &&
          PASSING.includes(error.failure) &&
          !(error.failure === 'unreachable' && error.status === 0),
        retryDelay: 500,
        staleTime: 5_000,
        refetchOnWindowFocus: true,
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}
