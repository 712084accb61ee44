import { QueryClient } from '@tanstack/react-query';
import { ServiceError } from '../api/errors.ts';

/** Retries only what may pass by itself; a refusal stays a refusal. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: (count, error) => count < 1 && error instanceof ServiceError && error.failure === 'unreachable',
        retryDelay: 500,
        staleTime: 5_000,
        refetchOnWindowFocus: true,
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}
