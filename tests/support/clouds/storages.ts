import { temporaryDirectory } from '../directories.ts';
import { startS3Server } from '../s3/server.ts';
import { CLOUDS_INSTALLED, startAzurite, startFakeGcs } from './servers.ts';

/** Somewhere to keep a repository. */
export interface Storage {
  /** Such as `s3://test`. */
  target: string;
  /** What a deployment sets to reach it. */
  environment: Record<string, string>;
  close(): Promise<void>;
}

/** One of each type that can be started here. */
export const STORAGES: Readonly<Record<string, () => Promise<Storage>>> & { directory: () => Promise<Storage> } = {
  async directory() {
    const { path, remove } = await temporaryDirectory();
    return { target: `file://${path}`, environment: {}, close: remove };
  },
  async s3() {
    const server = await startS3Server({ buckets: ['test'] });
    return { target: 's3://test', environment: { ...server.environment }, close: () => server.close() };
  },
  ...(CLOUDS_INSTALLED && { azure: startAzurite, gcs: startFakeGcs }),
};
