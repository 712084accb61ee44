import { dirname, resolve } from 'node:path';
import ts from 'typescript';
import { Reader } from './endpoint-reader.ts';
import type { Endpoint } from './endpoint.ts';

/**
 * Every endpoint of Grafana that a program's sources call, found by the compiler: each call of a `GrafanaClient` with
 * the texts that its path can be. What is known only at run time becomes `:x`.
 * @throws when the path of a call can't be found out: then it must be written so that it can.
 */
export function endpointsOf(program: ts.Program, isProduct: (fileName: string) => boolean): Endpoint[] {
  const reader = new Reader(program, isProduct);
  return reader.endpoints();
}

/**
 * The product's sources as the compiler sees them. Packages are left out: none of them talks to Grafana.
 * @param texts sources by their file name, instead of those on disk.
 */
export function programOf(
  files: string[],
  options: ts.CompilerOptions,
  texts: Record<string, string> = {},
): ts.Program {
  const host = ts.createCompilerHost(options);
  const onDisk = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) => {
    const text = texts[name];
    return text === undefined ? onDisk(name, ...rest) : ts.createSourceFile(name, text, ts.ScriptTarget.ES2023, true);
  };
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) => ({
      resolvedModule: text.startsWith('.')
        ? { resolvedFileName: resolve(dirname(from), text), extension: ts.Extension.Ts }
        : undefined,
    }));
  return ts.createProgram([...files, ...Object.keys(texts)], { ...options, types: [] }, host);
}
