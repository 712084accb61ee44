import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const PKG = resolve(import.meta.dirname, '../../pkg');

/** Whether a statement exports a function or class. */
function isPublic(statement: ts.Statement): boolean {
  const isExported =
    ts.canHaveModifiers(statement) &&
    ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
  const isFunction =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    (ts.isVariableStatement(statement) &&
      statement.declarationList.declarations.some(
        ({ initializer }) => initializer !== undefined && ts.isArrowFunction(initializer),
      ));
  return isExported && isFunction;
}

/** Whether a docstring comes right before it. */
function isExplained(statement: ts.Statement, text: string): boolean {
  const comments = ts.getLeadingCommentRanges(text, statement.getFullStart()) ?? [];
  return comments.some(({ pos }) => text.startsWith('/**', pos));
}

it('every function and class that pkg/ exports has a docstring', () => {
  let count = 0;
  const missing: string[] = [];
  for (const name of readdirSync(PKG, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))) {
    const text = readFileSync(join(PKG, name), 'utf8');
    const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
    for (const statement of source.statements.filter(isPublic)) {
      count++;
      if (!isExplained(statement, text)) {
        const { line } = source.getLineAndCharacterOfPosition(statement.getStart());
        missing.push(`${name}:${line + 1}`);
      }
    }
  }
  expect(count).toBeGreaterThan(900);
  expect(missing).toEqual([]);
});
