import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { withTimeLimit } from '../../pkg/lib/abortable.ts';

it('a time limit ends a signal also after everything else was collected', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const collecting = setInterval(collect, 5);
  try {
    const signal = withTimeLimit(new AbortController().signal, 50);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
  } finally {
    clearInterval(collecting);
  }
});

it('a time limit leaves the reason of an interruption', () => {
  const controller = new AbortController();
  const signal = withTimeLimit(controller.signal, 60_000);
  controller.abort(new Error('stopped'));
  expect(signal.reason).toMatchObject({ message: 'stopped' });
});
