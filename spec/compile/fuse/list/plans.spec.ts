/**
 * Plans: a program's lists and memory as JSON and back give the bits that the program gives, in WebAssembly and in plain
 * loops. Plain loops are the oracle of every machine that runs plans.
 */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../../../src/base/error.js';
import { fusedPlan, type PlanGoal } from '../../../../src/compile/fuse/execute/plan.js';
import { type PlanInputs, runPlan } from '../../../../src/compile/fuse/execute/plan-run.js';
import type { Instruction } from '../../../../src/compile/fuse/list/instruction.js';
import { decodePlan, encodePlan } from '../../../../src/compile/fuse/plan/codec.js';
import type { Plan } from '../../../../src/compile/fuse/plan/plan.js';
import { printList, printPlan } from '../../../../src/compile/fuse/plan/print.js';
import { initialParameters } from '../../../../src/compile/parameters.js';
import { attention, conv, outputsOf, type Program, program, scan, tanh } from '../../../../src/dsl/index.js';
import { volume } from '../../../../src/dsl/shape.js';
import { nativeCode } from '../../../../src/engine/native/binary.js';
import type { NativeLevel } from '../../../../src/engine/native/code.js';
import { buildModel, type ModelSpec } from '../../../../src/models/catalogue.js';
import { buildSystem, startOf, systemNamed, systemNames } from '../../../../src/models/systems/index.js';
import { right } from '../../../support/either.js';
import { fusableArbitrary } from '../fusable/program.js';
import { type Arrays, cotangentsOf, fusedOf, inputsFor } from '../oracles.js';
import { costRatio } from './costs.js';

const count = 2;

/** Native code at each level with a rounding of its own, where there is a binary. */
const nativeLevels = (): readonly { readonly name: string; readonly machine: NativeLevel }[] =>
  levels().slice(1);

/** The machines whose bits are those of WebAssembly; the first level of native code is one. */
const machines = (): readonly (readonly [string, 'wasm' | 'loops' | NativeLevel])[] => [
  ['wasm', 'wasm'],
  ['loops', 'loops'],
  ...levels()
    .slice(0, 1)
    .map(({ name, machine }) => [`native code, ${name}`, machine] as const),
];

const levels = (): readonly { readonly name: string; readonly machine: NativeLevel }[] => {
  const found = nativeCode();
  if (E.isLeft(found)) return [];
  const code = found.right;
  return code.levels().map((name, level) => ({ name, machine: { code, level } }));
};

/** The same bits; what a NaN carries is no value. */
const sameBits = (what: string, found: Arrays, expected: Arrays): void => {
  for (const [name, values] of Object.entries(expected)) {
    assert.equal(found[name]?.length, values.length, `${what} of ${name}`);
    for (const [i, value] of values.entries())
      if (!Object.is(found[name][i], value))
        assert.fail(`${what} of ${name}: ${found[name][i]}, not ${value}`);
  }
};

/** The plan of a goal, by way of JSON. */
const planOf = (p: Program, goal: PlanGoal, samples = count): Plan => {
  const plan = fusedPlan(p, goal, samples) ?? assert.fail('it is not fused');
  const json: unknown = JSON.parse(encodePlan(plan));
  return right(decodePlan(json));
};

const givesBits = (p: Program, inputs: Arrays, samples = count): void => {
  const parameters = initialParameters(p.graph, 1);
  const fused = fusedOf(p, parameters);
  const names = Object.keys(outputsOf(p.graph)).filter((name) => fused.fits([name]));
  const cotangents = cotangentsOf(p, names, samples, 3);
  const given: PlanInputs = { count: samples, parameters, inputs, cotangents };
  const values = fused.infer({ count: samples, inputs }, names);
  const pulled = fused.vjp({ count: samples, inputs }, cotangents);
  const [forward, backward] = [{ outputs: names }, { cotangents: names }].map((goal) =>
    planOf(p, goal, samples),
  );
  for (const [name, machine] of machines()) {
    sameBits(`value in ${name}`, runPlan(forward, machine, given).outputs, values);
    const { gradients, inputGradients } = runPlan(backward, machine, given);
    sameBits(`gradient in ${name}`, gradients, pick(pulled.parameters, gradients));
    sameBits(`gradient in ${name}`, inputGradients, pick(pulled.inputs, inputGradients));
  }
  const [first, ...others] = nativeLevels().map(({ name, machine }) => ({
    name,
    ahead: runPlan(forward, machine, given).outputs,
    back: runPlan(backward, machine, given),
  }));
  for (const { name, ahead, back } of others) {
    sameBits(`value in ${name}`, ahead, first.ahead);
    sameBits(`gradient in ${name}`, back.gradients, first.back.gradients);
    sameBits(`gradient in ${name}`, back.inputGradients, first.back.inputGradients);
  }
};

/** A parameter that nothing reaches has no leaf: its gradient is zero. */
const pick = (all: Arrays, found: Arrays): Arrays => {
  for (const [name, values] of Object.entries(all))
    if (found[name] === undefined)
      assert.ok(
        values.every((value) => value === 0),
        `no gradient of ${name}`,
      );
  return Object.fromEntries(Object.entries(all).filter(([name]) => found[name] !== undefined));
};

const sizes = { height: 8, width: 8, channels: 3, classes: 4 };
const models: readonly ModelSpec[] = [
  { name: 'nwm', mid: 4, channels: 2, steps: 4, dt: 0.1, readout: 'linear', hidden: [16] },
  { name: 'nwm', mid: 4, channels: 2, steps: 5, dt: 0.1, readout: 'fft', hidden: [8] },
  { name: 'cnn', mid: 8, channels: 2, layers: 2, features: 8, hidden: [8] },
];

describe('plans', () => {
  for (const name of systemNames)
    it(`of ${name} give its bits, from JSON, in both machines`, () => {
      const full = right(systemNamed(name, {}));
      const small = 'length' in full ? { length: 9 } : { height: 7, width: 9 };
      const reach = 'reach' in full ? { reach: 2 } : {};
      const spec = right(systemNamed(name, { ...small, ...reach, steps: 4 }));
      const inputs = Object.fromEntries(
        Object.entries(startOf(spec, 3)).map(([input, values]) => [input, Float32Array.from(values)]),
      );
      givesBits(right(buildSystem(spec)), inputs, 1);
    });

  for (const spec of models)
    it(`of ${JSON.stringify(spec)} give its loss and gradients, and cost what the program costs`, () => {
      const p = right(buildModel(spec, sizes));
      const parameters = initialParameters(p.graph, 1);
      const inputs = inputsFor(p, count, 2);
      const size = (count * volume(outputsOf(p.graph).logits)) / sizes.classes;
      const labels = Uint8Array.from({ length: size }, (_, i) => (7 * i) % sizes.classes);
      const part = { count, inputs, labels, weights: [], lossCount: size };
      const expected = fusedOf(p, parameters).gradients(part);
      const plan = planOf(p, 'gradients');
      const given = { count, parameters, inputs, labels, lossCount: size };
      for (const [name, machine] of machines()) {
        const found = runPlan(plan, machine, given);
        sameBits(name, found.gradients, pick(expected.gradients, found.gradients));
        assert.equal(found.loss, expected.loss);
      }
      const [first, ...others] = nativeLevels().map(({ machine }) => runPlan(plan, machine, given));
      for (const other of others) {
        sameBits('native code', other.gradients, first.gradients);
        assert.equal(other.loss, first.loss);
      }
      if (first !== undefined) assert.ok(Math.abs(first.loss / expected.loss - 1) < 1e-6);
      const ratio = costRatio(p, plan);
      assert.ok(ratio > 0.8 && ratio < 1.25, `the list does ${ratio} times the operations of the program`);
    });

  it('of attention tile by tile give their bits', () => {
    const p = program({ x: [520, 2] }, ({ x }) => {
      const read = scan({
        steps: 1,
        init: { y: x },
        step: ({ y }) => ({ y: attention()(y, y, y) }),
        observe: ({ y }) => y,
      });
      return { y: read };
    });
    givesBits(p, inputsFor(p, 1, 2), 1);
  });

  it('of random programs give their bits', () =>
    fc.assert(
      fc.property(fusableArbitrary(), (made) => givesBits(made.program, made.inputs(count))),
      { numRuns: 25 },
    ));

  it('are text that a person reads', () => {
    const p = program({ x: [2, 4, 1] }, ({ x }) => ({
      y: scan({ steps: 3, init: { y: x }, step: ({ y }) => ({ y: tanh(y) }), observe: ({ y }) => y }),
    }));
    const plan = fusedPlan(p, { outputs: ['y'] }) ?? assert.fail('it is not fused');
    assert.equal(
      printPlan(plan),
      [
        'memory: 1216 bytes, 0 constants and tables',
        'input x [2, 4, 1] at 640: 1 planes of 2 x 4 pixels, one every 64 bytes',
        'output y [3, 2, 4, 1] at 768: 3 x 1 planes of 2 x 4 pixels, one every 64 bytes',
        'run:',
        '  for t1 from 0 up, 3 times:',
        '    <clock> = t1',
        '    pointwise {"operands":["full"],"results":[1],"steps":[{"fn":"tanh","of":0,"op":"map"}]}: ' +
          'strips 1, planes 1, vectors 4, v0 (t1 is 0 ? <input x> : <sequence value> + 64 (t1 - 1)), ' +
          'to v1 <sequence value> + 64 (t1)',
        '',
      ].join('\n'),
    );
    const t = { loop: 7, times: 1, plus: 0 } as const;
    const list: readonly Instruction[] = [
      {
        do: 'loop',
        loop: 7,
        from: { read: 64, most: 9 },
        by: -1,
        times: { base: 1, terms: [{ loop: 7, times: 1, plus: 2, per: 4, stride: 1 }] },
        until: 80,
        body: [
          {
            do: 'when',
            any: [
              { ...t, over: 5, is: 0 },
              { ...t, is: 3 },
            ],
            body: [{ do: 'clock', loop: 7, to: { when: { ...t, is: 0 }, take: 64, otherwise: 80 } }],
          },
        ],
      },
    ];
    assert.equal(
      printList(list, [
        { name: 'end', at: 64, bytes: 4 },
        { name: 'end', at: 80, bytes: 16 },
      ]),
      [
        'for t7 from what 64 holds, at most 9 down, 1 + (t7 + 2) div 4 times, until <end 2>:',
        '  where t7 mod 5 is 0 or t7 is 3:',
        '    (t7 is 0 ? <end 1> : <end 2>) = t7',
      ].join('\n'),
    );
  });
});

describe('plans from outside', () => {
  const p = program({ x: [2, 4, 1] }, ({ x }) => ({
    y: scan({
      steps: 3,
      init: { y: x },
      step: ({ y }) => ({ y: tanh(conv(1)(y)) }),
      observe: ({ y }) => y,
    }),
  }));

  /** What a plan is refused for, with its run list made of this one, in memory of 4096 bytes with a table at 1024. */
  const refusal = (run: readonly unknown[], more: Readonly<Record<string, unknown>> = {}): string => {
    const plan = {
      memory: { bytes: 4096, parts: [], contents: [{ at: 1024, bytes: 64 }] },
      leaves: [],
      together: 1,
      noise: 64,
      lists: { once: [], pack: [], load: [], clear: [], run, settle: [] },
      ...more,
    };
    const decoded = decodePlan(JSON.parse(JSON.stringify(plan)));
    return E.isLeft(decoded) ? errorMessage(decoded.left) : 'none';
  };
  const fill = (...given: readonly unknown[]) => ({
    do: 'call',
    kernel: { kernel: 'fill', of: {} },
    with: [64, 128, 0, 1, 4, ...given].slice(0, 5),
  });
  const call = (kernel: string, of: unknown, given: readonly unknown[]) => ({
    do: 'call',
    kernel: { kernel, of },
    with: given,
  });
  const loop = (body: readonly unknown[], more: Readonly<Record<string, unknown>> = {}) => ({
    do: 'loop',
    loop: 1,
    from: 0,
    by: 1,
    times: 3,
    body,
    ...more,
  });
  const atFive = (body: readonly unknown[], more: Readonly<Record<string, unknown>> = {}) => ({
    do: 'when',
    any: [{ loop: 1, times: 1, plus: 0, is: 5, ...more }],
    body,
  });
  const counted = { base: 128, terms: [{ loop: 1, times: 1, plus: 0, stride: 2048 }] };

  /** Doubles 16 numbers at an address, to others. */
  const doubled = (from: number, ...to: readonly number[]) =>
    call(
      'pointwise',
      {
        operands: ['full'],
        steps: [{ op: 'affine', scale: 2, shift: 0, of: 0 }],
        results: to.map(() => 1),
      },
      [1, 1, 4, from, ...to],
    );

  it('that begin where a loop ended are checked at all counts, in time that grows with the steps and not with their square', () => {
    // a loop that begins at any of many counts, and one that goes back from there
    const many = 50_000;
    const backFrom = (body: readonly unknown[]) =>
      loop([{ do: 'loop', loop: 2, from: at(1), by: -1, times: { base: 1, terms: [one(1)] }, body }], {
        from: { read: 2048, most: many - 1 },
        times: 1,
      });
    const one = (of: number) => ({ loop: of, times: 1, plus: 0, stride: 1 });
    const at = (of: number) => ({ base: 0, terms: [one(of)] });
    // 7 and 9 steps before the last one that was taken; only where that is 40,000 or leaves 2 by 3
    const beyond = call('fill', {}, [64, 8192, 0, 1, 1]);
    const where = (when: unknown, body: readonly unknown[]) => ({ do: 'when', any: [when], body });
    const earlier = (steps: number) => ({ loop: 2, times: 1, plus: steps, is: at(1) });
    const otherWay = { loop: 1, times: 1, plus: 0, is: { base: 9, terms: [one(2)] } };
    assert.equal(
      refusal([backFrom([fill(), where(earlier(7), [fill()]), where(otherWay, [fill()])])]),
      'none',
    );
    for (const [body, expected] of [
      [where(earlier(7), [beyond]), /fill touches 8192/],
      [where(otherWay, [beyond]), /fill touches 8192/],
      [where(earlier(7), [where({ loop: 1, times: 1, plus: 0, is: 40_000 }, [beyond])]), /fill touches 8192/],
      [
        where({ loop: 2, times: 1, plus: 0, is: 3 }, [
          where({ loop: 1, times: 1, plus: 0, over: 3, is: 2 }, [beyond]),
        ]),
        /8192/,
      ],
      [where({ loop: 2, times: 2, plus: 0, is: { base: 99_998, terms: [] } }, [beyond]), /fill touches 8192/],
      [where({ loop: 1, times: 1, plus: 0, is: many }, [beyond]), /none/],
    ] as const)
      assert.match(refusal([backFrom([fill(), body])]), expected);
  });

  it('are refused with a sentence if they would do what no machine checks', () => {
    const cases: readonly (readonly [readonly unknown[], RegExp | 'none'])[] = [
      [[fill()], 'none'],
      [[loop([fill()])], 'none'],
      [[call('fill', {}, [64, 4080, 0, 1, 4])], /fill touches 4080 to 4144, and memory ends at 4096/],
      [[call('fill', {}, [64, -16, 0, 1, 1])], /fill touches -16/],
      [[call('fill', {}, [64, 130, 0, 1, 1])], /touches 130, which is no address/],
      [[call('fill', {}, [64, 1024, 0, 1, 1])], /fill writes over a constant/],
      [[call('pickCells', {}, [2048, 128, 256, 4])], /reads a table at 2048 that is no constant/],
      [[call('fill', {}, [64, 128, 0, 1, -1])], /fill is called with -1 vectors/],
      [[call('nothing', {}, [])], /there is no kernel "nothing"/],
      [[call('fill', { fast: true }, [64, 128, 0, 1, 4])], /fill is not made for {"fast":true}/],
      [[call('product', { rows: 5, vectors: 2, onto: false, table: false }, [])], /product is not made for/],
      [[call('fill', {}, [64, 128, 0, 1])], /fill is called with 4 numbers, not 5/],
      [[call('fill', {}, [64, counted, 0, 1, 4])], /counts by loop 1, which is not around it/],
      [[loop([call('fill', {}, [64, counted, 0, 1, 4])])], /fill touches 4224/],
      [[loop([loop([fill()])])], /loop 1 lies in itself/],
      [[loop([fill()], { times: 2 ** 40 })], /more than \d+ instructions run/],
      [[loop([], { times: 2 ** 40 })], /more than \d+ instructions run/],
      [[loop([], { from: { read: 8192, most: 3 }, times: 1 })], /a clock touches 8192/],
      [[loop([], { from: { read: 128, most: 3 } })], /loop 1 begins with what memory says, and turns more/],
      // no end of what memory may say, but a count between
      [
        [
          loop([atFive([call('fill', {}, [1024, 8192, 0, 1, 1])])], {
            from: { read: 128, most: 9 },
            times: 1,
          }),
        ],
        /fill touches 8192/,
      ],
      [[loop([], { times: -1 })], /loop 1 turns -1 times/],
      [[loop([fill()], { times: { read: 128, most: 3 } })], /read where no loop begins/],
      [[loop([atFive([], { over: 0 })])], /rings or groups of no counts/],
      [[loop([atFive([fill()], { times: 2 ** 32 })])], /a count of loop 1 may be more than 1073741824/],
      [[call('fill', {}, [1024, 128, 0, 2 ** 32, 4])], /4294967296 is more than 32 bits/],
      [[call('copy', {}, [1024, 0, 0, 128, 0, 0, 2 ** 31, 2 ** 31, 1])], /bytes are moved/],
      [
        [call('copyCells', {}, [1024, 1, 64, 128, 4, 64, 1, 2])],
        /copyCells is called with 1 bytes as fromInner/,
      ],
      // a result exactly over an operand, apart from it, a lane further, over another result
      [[doubled(128, 128)], 'none'],
      [[doubled(128, 192)], 'none'],
      [[doubled(128, 132)], /pointwise writes 132 to 196 over a part of 128 to 192, which it also touches/],
      [[doubled(256, 128, 144)], /pointwise writes 128 to 192 over a part of 144 to 208/],
      [[{ do: 'clock', loop: 1, to: 128 }], /counts by loop 1, which is not around it/],
      [[{ do: 'jump' }], /this is not a plan of drumhead/],
      [[{ ...fill(), twice: true }], /fields that no plan has/],
    ];
    for (const [list, expected] of cases) {
      const found = refusal(list);
      if (expected === 'none') assert.equal(found, 'none');
      else assert.match(found, expected);
    }
    assert.match(refusal([], { noise: 4092 }), /noise seed lies beyond/);
    assert.match(refusal([], { memory: { bytes: 2 ** 40, parts: [], contents: [] } }), /bytes of memory/);
    const short = { bytes: 4096, parts: [], contents: [{ at: 64, bytes: 8, base64: 'AAAA' }] };
    assert.match(refusal([], { memory: short }), /does not hold 8 bytes/);
    const leaf = { kind: 'input', name: 'x', at: 4064, plane: 64, shape: [2, 4, 1] };
    const layout = { dims: [1], axes: ['pixel', 'pixel', 0], pixels: [2, 4] };
    assert.match(refusal([], { leaves: [{ ...leaf, at: 4080, layout }] }), /'x' lies beyond its memory/);
    assert.match(refusal([], { leaves: [{ ...leaf, layout, shape: [2, 4] }] }), /'x' does not lie as/);
    const many = { ...leaf, plane: 0, shape: [2 ** 40], layout: { dims: [2 ** 40], axes: [0], pixels: [] } };
    assert.match(refusal([], { leaves: [many] }), /planes of 'x' all lie at one place/);
    // what is written from outside would be a table
    assert.match(refusal([], { leaves: [{ ...leaf, at: 1056, layout }] }), /'x' lies over a constant/);
    assert.match(refusal([], { noise: 1024 }), /noise seed lies over a constant/);
    const loss = {
      labels: 128,
      labelBytes: 64,
      pixels: 4,
      scale: 256,
      weights: 1080,
      classes: 4,
      total: 512,
    };
    assert.match(refusal([], { loss }), /its loss lies over a constant/);
    let deep: unknown = fill();
    for (let i = 0; i < 20_000; i++) deep = { do: 'when', any: [], body: [deep] };
    const lists = { once: [], pack: [], load: [], clear: [], run: [deep], settle: [] };
    const memory = { bytes: 4096, parts: [], contents: [] };
    const found = decodePlan({ memory, leaves: [], together: 1, noise: 64, lists });
    assert.ok(E.isLeft(found) && /too deep in itself/.test(errorMessage(found.left)));
  });

  it('that are damaged anywhere are refused, or run without touching what is not theirs', () => {
    const plan = fusedPlan(p, { cotangents: ['y'] }) ?? assert.fail('it is not fused');
    const text = encodePlan(plan);
    const numbers = [...text.matchAll(/(?<=[:,[])-?\d+(?=[,}\]])/g)];
    const given = { count: 1, parameters: initialParameters(p.graph, 1), inputs: inputsFor(p, 1, 2) };
    const cotangents = cotangentsOf(p, ['y'], 1, 3);
    let refused = 0;
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(-64, -1, 1, 4, 64, 4096, 2 ** 20), (place, by) => {
        const { 0: digits, index } = numbers[place % numbers.length];
        const damaged = text.slice(0, index) + (Number(digits) + by) + text.slice(index + digits.length);
        const decoded = decodePlan(JSON.parse(damaged));
        if (E.isLeft(decoded)) refused++;
        else runPlan(decoded.right, 'wasm', { ...given, cotangents });
      }),
      { numRuns: 80 },
    );
    assert.ok(refused > 15, `${refused} were refused`);
  });
});
