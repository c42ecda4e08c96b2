/** The expressions of a scan's step, and the values that it uses from outside, while a program is being written. */

import { type Expr, insideOf, type ScanExpr } from './tensor.js';

/** The expressions that must come before an expression: its inputs, and for a scan also its externals. */
const dependencies = (expr: Expr): readonly Expr[] =>
  expr.op.op === 'scan' ? [...expr.inputs, ...externalsOf(expr.op)] : expr.inputs;

/** Whether an expression is part of a step: it depends on the step's leaves, or is a plain number. */
export const belongs = (expr: Expr, scan: symbol): boolean =>
  expr.free.has(scan) || (expr.op.op === 'constant' && typeof expr.op.value === 'number');

/** The expressions of a step, and the values from outside that it uses. */
const stepOf = (scan: ScanExpr): readonly Expr[] =>
  inOrder(insideOf(scan), (expr) => belongs(expr, scan.scan));

/** The externals of a scan: values from outside that its step uses, in the order of the data flow. */
export const externalsOf = (scan: ScanExpr): readonly Expr[] =>
  stepOf(scan).filter((expr) => !belongs(expr, scan.scan));

/**
 * These expressions and all that they depend on, each after its inputs. Expressions that `enters` refuses, and what only
 * they depend on, are left out. The stack is explicit, because chains of ten thousand operations are allowed.
 */
export const inOrder = (roots: readonly Expr[], enters: (expr: Expr) => boolean): readonly Expr[] => {
  const done = new Set<Expr>();
  const out: Expr[] = [];
  const stack: { readonly expr: Expr; readonly needs: readonly Expr[]; next: number }[] = [];
  const open = (expr: Expr): void => {
    stack.push({ expr, needs: enters(expr) ? dependencies(expr) : [], next: 0 });
  };
  for (const root of roots) {
    if (!done.has(root)) open(root);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const need = top.needs[top.next++];
      if (need !== undefined) {
        if (!done.has(need)) open(need);
      } else {
        stack.pop();
        if (!done.has(top.expr)) out.push(top.expr);
        done.add(top.expr);
      }
    }
  }
  return out;
};

const isNoisy = ({ op }: Expr): boolean =>
  op.op === 'noise' || (op.op === 'scan' && stepOf(op).some(isNoisy));

/**
 * Whether the results of a scan differ between samples: something that enters it does, or its step draws noise. A scan
 * over weights alone is computed once, and its results may be weights.
 */
export const differsBetweenSamples = (scan: ScanExpr, inputs: readonly Expr[]): boolean =>
  inputs.some(({ facts }) => facts.perSample) ||
  stepOf(scan).some((expr) => (belongs(expr, scan.scan) ? isNoisy(expr) : expr.facts.perSample));
