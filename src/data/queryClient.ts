import { QueryCache, QueryClient } from '@tanstack/react-query';
import { ServiceError, type Failure } from '../api/errors.ts';
import { STATUS_KEY } from './useStatus.ts';

const PASSING: Failure[] = ['unreachable', 'grafana'];

/**
 * Retries only what may pass by itself; a refusal stays a refusal. When the target fails, the service knows more of it
 * than the last status said.
 */
export function createQueryClient(): QueryClient {
  const onError = (error: Error): void => {
    if (error instanceof ServiceError && error.code.startsWith('DK_STORE_')) {
      void client.invalidateQueries({ queryKey: STATUS_KEY });
    }
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
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
  return client;
}
