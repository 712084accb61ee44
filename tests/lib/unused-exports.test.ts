import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

/** What Grafana and the bundler import. */
const BY_TOOLS = new Set(['src/module.tsx', 'src/jsxRuntime.ts']);

/** Exported so that it stays: compiled code is thrown away while there is no writer. */
const KEPT = ['pkg/lib/json/canonical.ts: KEPT'];

interface Source {
  path: string;
  text: string;
  tree: ts.SourceFile;
}

const sources = ['pkg', 'src', 'tests', 'scripts', 'bench']
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  .filter((path) => /\.m?tsx?$/.test(path) && !/node_modules|\.d\.ts$/.test(path))
  .map((path): Source => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest) };
  });

/** Names that a file exports; whether each is only a type. */
function exportsOf({ tree }: Source): [name: string, isType: boolean][] {
  return tree.statements.flatMap((statement): [string, boolean][] => {
    const isExported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
    if (!isExported) {
      return [];
    }
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.flatMap(({ name }) =>
        ts.isIdentifier(name) ? [[name.text, false] as [string, boolean]] : [],
      );
    }
    const isType = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
    return isType || ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)
      ? [[statement.name?.text ?? 'default', isType]]
      : [];
  });
}

/** `path name` of all that a file imports from others: of what it takes as a whole, each name that it mentions. */
function importsOf({ path, text, tree }: Source): string[] {
  const from = (module: string) => join(dirname(path), module);
  const mentioned = [...new Set(text.match(/\b[A-Za-z_]\w*/g))];
  const whole = (module: string) => mentioned.map((name) => `${from(module)} ${name}`);
  const named = tree.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) {
      return [];
    }
    const module = statement.moduleSpecifier;
    const names = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : statement.exportClause;
    if (module === undefined || !ts.isStringLiteral(module)) {
      return [];
    }
    return names !== undefined && (ts.isNamedImports(names) || ts.isNamedExports(names))
      ? names.elements.map(({ name, propertyName }) => `${from(module.text)} ${(propertyName ?? name).text}`)
      : whole(module.text);
  });
  return [...named, ...[...text.matchAll(/\bimport\(\s*'(\.[^']+)'/g)].flatMap(([, module = '']) => whole(module))];
}

it('nothing is exported that no other file imports, nor a type that is used nowhere', () => {
  const imported = new Set(sources.flatMap(importsOf));
  const exported = sources.filter(({ path }) => /^(?:pkg|src)\//.test(path) && !BY_TOOLS.has(path));
  expect(exported.length).toBeGreaterThan(1000);
  const unused = exported.flatMap((source) => {
    const { path, text } = source;
    return exportsOf(source)
      .filter(([name, isType]) => {
        const isUsedHere = text.split(new RegExp(`\\b${name}\\b`)).length > 2;
        return !imported.has(`${path} ${name}`) && !(isType && isUsedHere);
      })
      .map(([name]) => `${path}: ${name}`);
  });
  expect(unused).toEqual(KEPT);
});
