/** Fails a process that ends before its command did, because Node then ends with 0: nothing was left to wait for. */
export function failIfUnfinished(ending: Pick<NodeJS.Process, 'exitCode' | 'once' | 'stderr'>): void {
  ending.once('exit', () => {
    if (ending.exitCode === undefined) {
      ending.exitCode = 1;
      ending.stderr.write('dashkeep: the process ended before the command finished [DK_INTERNAL]\n');
    }
  });
}
