import { afterAll, beforeAll, vi } from 'vitest';
import { importImages } from './images.ts';
import { builtImages } from './built-images.ts';
import { composeFile } from './compose-file.ts';
import { mistakes } from './mistakes.ts';
import { Stack } from './stack.ts';
import { describeContainers } from './tier.ts';

const MINUTE = 60_000;
// Of a machine that does other things beside; alone, all of it takes about two minutes after the build.
vi.setConfig({ testTimeout: 10 * MINUTE });

/*
 * One file, because all of it needs the same two images, and they take a while. Nothing is pulled: bases, Grafana, the
 * S3 store and Prometheus are stand-ins (images.ts). The rest is real: engine, builds, compose file, service, plugin.
 */
describeContainers('containers, from a clean clone', () => {
  let stack: Stack;

  beforeAll(async () => {
    await importImages();
    stack = await Stack.create();
    await stack.must('build', '--quiet');
  }, 30 * MINUTE);

  afterAll(() => stack?.close(), 5 * MINUTE);

  builtImages();
  mistakes(() => stack);
  composeFile(() => stack);
});
