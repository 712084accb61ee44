import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const PKG = resolve(import.meta.dirname, '../../pkg');

interface Exported {
  /** `file:line` */
  at: string;
  statement: ts.Statement;
  /** Undefined when there is none. */
  docstring: string | undefined;
}

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

/** Whether a function throws an error with a code itself: not in a function within it, and not to catch it itself. */
function throwsItself(node: ts.Node): boolean {
  if (ts.isThrowStatement(node)) {
    return /^(?:new \w+|refusal)\(\s*'DK_/.test(node.expression.getText());
  }
  const isInner = ts.isFunctionLike(node) || (ts.isTryStatement(node) && node.catchClause !== undefined);
  return !isInner && ts.forEachChild(node, (child) => throwsItself(child) || undefined) === true;
}

const exported = readdirSync(PKG, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file): Exported[] => {
    const text = readFileSync(join(PKG, file), 'utf8');
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    return source.statements.filter(isPublic).map((statement) => {
      const comments = ts.getLeadingCommentRanges(text, statement.getFullStart()) ?? [];
      const docstring = comments.map(({ pos, end }) => text.slice(pos, end)).find((one) => one.startsWith('/**'));
      const { line } = source.getLineAndCharacterOfPosition(statement.getStart());
      return { at: `${file}:${line + 1}`, statement, docstring };
    });
  });

describe('what pkg/ exports', () => {
  it('has a docstring, functions and classes alike', () => {
    expect(exported.length).toBeGreaterThan(900);
    expect(exported.filter(({ docstring }) => docstring === undefined).map(({ at }) => at)).toEqual([]);
  });

  it('says what it throws', () => {
    const throwing = exported.filter(
      ({ statement }) =>
        ts.isFunctionDeclaration(statement) && statement.body !== undefined && throwsItself(statement.body),
    );
    expect(throwing.length).toBeGreaterThan(50);
    expect(throwing.filter(({ docstring }) => !/throws\b/i.test(docstring ?? '')).map(({ at }) => at)).toEqual([]);
  });
});
