import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';

/** Runs each requested program, and responds with its result. */
process.on('message', async ({ id, command, args, env, input }) => {
  const program = spawn(command, args, { env });
  program.stdin.on('error', () => undefined).end(input);
  const code = new Promise((resolve) => program.on('close', resolve).on('error', () => resolve(null)));
  const [stdout, stderr] = await Promise.all([buffer(program.stdout), buffer(program.stderr)]);
  process.send({ id, code: await code, stdout, stderr });
});
