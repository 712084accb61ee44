import { QueryClient } from '@tanstack/react-query';
import { ServiceError, type Failure } from '../api/errors.ts';

const PASSING: Failure[] = ['unreachable', 'grafana'];

/** Retries only what may pass by itself; a refusal stays a refusal. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: (count, error) => count < 1 && error instanceof ServiceError && PASSING.includes(error.failure),
        retryDelay: 500,
        staleTime: 5_000,
        refetchOnWindowFocus: true,
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}
