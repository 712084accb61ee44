// The program itself, which writes at its end for how long it was signing, or checking what is signed. Waiting for the
// bucket counts.
import { writeFileSync } from 'node:fs';
import { Signing } from '../../pkg/repository/signing/signing.ts';
import { TrustState } from '../../pkg/repository/signing/trust-state.ts';
import { TrustedKeys } from '../../pkg/repository/signing/trusted-keys.ts';
import { Trust } from '../../pkg/repository/signing/trust.ts';
import { TIMES_VARIABLE, type SigningTimes } from './signing-times.ts';

let underWay = 0;
let began = 0;
let milliseconds = 0;
let first: number | undefined;

function begin(): void {
  if (underWay++ === 0) {
    began = performance.now();
    first ??= began;
  }
}

function end(): void {
  if (--underWay === 0) {
    milliseconds += performance.now() - began;
  }
}

function time(methods: object): void {
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(methods))) {
    if (name === 'constructor' || typeof value !== 'function') {
      continue;
    }
    const method = value as (...given: unknown[]) => unknown;
    Object.defineProperty(methods, name, {
      value(this: unknown, ...given: unknown[]) {
        begin();
        let result: unknown;
        try {
          result = method.apply(this, given);
        } catch (error) {
          end();
          throw error;
        }
        if (result instanceof Promise) {
          return result.finally(end);
        }
        end();
        return result;
      },
    });
  }
}

[Signing, Trust, TrustedKeys, TrustState].forEach(({ prototype }) => time(prototype));
process.on('exit', () => {
  // From the first call on, which comes when the repository is opened.
  const all = performance.now() - (first ?? performance.now());
  const times: SigningTimes = { signing: milliseconds / 1000, all: all / 1000 };
  writeFileSync(process.env[TIMES_VARIABLE] ?? '', JSON.stringify(times));
});
void import('../../pkg/cli/bin.ts');
