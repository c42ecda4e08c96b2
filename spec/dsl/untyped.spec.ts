/** What comes from files that nobody type-checked: `drumhead run mine.ts` executes a module as it is. */

import assert from 'node:assert/strict';
import { errorMessage } from '../../src/base/error.js';
import * as language from '../../src/dsl/index.js';
import { refused } from './refusal.js';

/** Evaluates source with the language in scope, as no compiler would let it stand. */
const written = (source: string): string =>
  refused(() => new Function(...Object.keys(language), `return ${source}`)(...Object.values(language)));

const cases: readonly (readonly [string, string])[] = [
  ['program({ x: [8, 8, 2] }, ({ x }) => ({ y: 3 }))', "program: output 'y': a tensor is needed here, got 3"],
  [
    'program({ x: [8, 8, 2] }, ({ x }) => ({ y: tanh }))',
    "program: output 'y': a tensor is needed here, got a function; is an argument missing?",
  ],
  [
    'program({ x: [8, 8, 2] }, ({ x }) => tanh(x))',
    'program: its function must return a record of outputs, such as ({ x }) => ({ y: tanh(x) })',
  ],
  [
    'program({ x: [8, 8, 2] }, () => {})',
    'program: its function must return a record of outputs, such as ({ x }) => ({ y: tanh(x) })',
  ],
  [
    'program({ x: [8, 8, 2] }, (x) => ({ y: tanh(x) }))',
    'tanh: a tensor is needed here, got a record of x; name the one that is meant',
  ],
  ['add(zeros(2), undefined)', 'add: a tensor is needed here, got undefined'],
  ['conv(3)(null)', 'language: a tensor is needed here, got null'],
  [
    'scan({ steps: 2, init: { y: zeros(2) }, step: () => ({ y: 1 }), observe: ({ y }) => y })',
    'language: a tensor is needed here, got 1',
  ],
  [
    'scan({ steps: 2, init: { y: zeros(2) }, step: () => {}, observe: ({ y }) => y })',
    'scan: what the step returns is a record of tensors by name, such as { y }, got undefined',
  ],
  [
    'scan({ steps: 2, init: { y: zeros(2) }, step: (s) => s, observe: () => {} })',
    'scan: observe must return a tensor, or a record of at least one',
  ],
  [
    'scan({ steps: 2, init: { y: zeros(2) }, step: (s) => s, observe: () => ({ y: null }) })',
    "scan: observe: 'y': a tensor is needed here, got null",
  ],
  ['scan({ steps: 2, init: { y: zeros(2) }, step: (s) => s })', 'scan: observe is a function, got undefined'],
  [
    'scan({ steps: 2, init: zeros(2), step: (s) => s, observe: (s) => s })',
    'scan: init is a record of tensors by name, such as { y }, got a tensor',
  ],
  [
    'integrate({ method: rk4, dt: 0.1, rate: () => {} })({ y: zeros(2) }, { index: zeros() })',
    'rk4: a rate is a record of tensors by name, such as { y }, got undefined',
  ],
  [
    'scale(undefined, zeros(2))',
    'scale: the factor and the offset must be a finite 32-bit number, got undefined',
  ],
  ['scale("2", zeros(2))', "scale: the factor and the offset must be a finite 32-bit number, got '2'"],
  ['fill(undefined, 3)', 'fill: every number must be a finite 32-bit number, got undefined'],
  ['data([1, undefined], 2)', 'data: every number must be a finite 32-bit number, got undefined'],
  ['clamp(undefined, 1, zeros(2))', 'clamp: every number must be a finite 32-bit number, got undefined'],
  [
    'conv(2, { boundary: "same" })(zeros(4, 4, 2))',
    `conv: "same" is no boundary: 'zero', 'circular', 'reflect', 'none' or { fixed: a number }`,
  ],
  [
    'conv(2, { boundary: { fixed: undefined } })(zeros(4, 4, 2))',
    'conv: the fixed value of the boundary must be a finite 32-bit number, got undefined',
  ],
  [
    'conv(2, { boundary: null })(zeros(4, 4, 2))',
    "conv: null is no boundary: 'zero', 'circular', 'reflect', 'none' or { fixed: a number }",
  ],
  [
    'convolveWith(zeros(4, 4, 2), zeros(3, 3, 2, 2), { boundary: "zero" })',
    `convolveWith: {"boundary":"zero"} is no boundary: 'zero', 'circular', 'reflect', 'none' or { fixed: a number }`,
  ],
  [
    'conv(2, { init: { constant: undefined } })(zeros(4, 4, 2))',
    'conv: the starting value must be a finite 32-bit number, got undefined',
  ],
  [
    'gaussian(4, 4, 2)',
    "noise: '4' is not a name: use letters, digits, '_', '-' and '.', and '/' between parts",
  ],
  [
    'parameter(3, [2])',
    "parameter: '3' is not a name: use letters, digits, '_', '-' and '.', and '/' between parts",
  ],
  ['dropout("0.5")(zeros(2))', "dropout: every number must be a finite 32-bit number, got '0.5'"],
  ['pad(1)(zeros(4, 4, 2))', 'pad: its margins are a list such as [1, [2, 0]], got 1'],
  ['pad([[1, 2, 3]])(zeros(4, 4, 2))', 'pad: a margin is a number or [before, after], got [1,2,3]'],
  [
    'pad([1], { fixed: undefined })(zeros(4, 4, 2))',
    'pad: every number must be a finite 32-bit number, got undefined',
  ],
  [
    'scan({ steps: 3, every: "2", init: { y: zeros(2) }, step: (s) => s, observe: ({ y }) => y })',
    'scan: every is a whole number of at least 1 steps, got 2',
  ],
  [
    'scan({ steps: 3, every: { y: 2 }, init: { y: zeros(2) }, step: (s) => s, observe: ({ y }) => y })',
    'scan: every is a whole number of at least 1 steps, got {"y":2}',
  ],
  [
    'scan({ steps: 3, until: 3, init: { y: zeros(2) }, step: (s) => s, observe: ({ y }) => y })',
    'scan: until is a function of the state, got 3',
  ],
  [
    'einsum("a".repeat(1e6), zeros(2), zeros(2))',
    `einsum: '${'a'.repeat(160)}' is no formula of two operands; write one letter an axis, such as 'qc,kc->qk'`,
  ],
  ['gather(0, 3)(zeros(4))', 'gather: its entries are a list of numbers, got 3'],
  ['slice(zeros(4), 0, 1)', 'slice: where a box begins and its sizes are a list of numbers, got 0'],
  ['slice(0, 1)', 'slice: where a box begins and its sizes are a list of numbers, got 1'],
  ['resample()(zeros(4, 2))', 'resample: the new sizes are a list of numbers, got undefined'],
  ['delay(zeros(3, 4))', 'delay: the delays are a list of numbers, got undefined'],
  ['delayAlong(zeros(3, 4), [1])', 'delayAlong: the sources are a list of numbers, got undefined'],
  ['data(undefined, 2)', 'data: its numbers are a list of numbers, got undefined'],
  ['encoder(3)', 'encoder: the hidden channels are a list of numbers, got 3'],
  ['convolveWith(zeros(4, 2))', 'convolveWith: a tensor is needed here, got undefined'],
  ['gaussian("a")(zeros(3))', "noise: takes the clock of a scan's step, or sizes alone, got a tensor"],
  ['scope("eye", zeros(3))', "scope: what 'eye' names is a function, got a tensor"],
  ['program({ x: 8 }, ({ x }) => ({ y: x }))', "program: the sizes of 'x' are a list of numbers, got 8"],
  ['program({ x: [8] })', 'program: what comes after the inputs is a function, got undefined'],
  ['program()', 'program: its inputs are shapes by name, such as { x: [8, 8, 1] }, got undefined'],
  [
    'addState({ y: zeros(2) }, 1)',
    'addState: a state is a record of tensors by name, such as { y }, got undefined',
  ],
  ['stepOf(null, 0.1)', 'stepOf: a flow is needed here, such as flowOf(rk4, rate), got null'],
  ['stepOf(rk4, 0.1)', 'stepOf: a flow is needed here, such as flowOf(rk4, rate), got the method rk4 alone'],
  [
    'integrate({ method: decay({ z: zeros(2) }), dt: 0.1, rate: (s) => s })',
    'integrate: decay is a flow, which has its rate already: stepOf(flow, dt) is its step',
  ],
  [
    'flowOf(flowOf(rk4, (s) => s), (s) => s)',
    'flowOf: rk4 is a flow, which has its rate already: stepOf(flow, dt) is its step',
  ],
  [
    'flowOf({ ...strang(decay({ z: zeros(2) }), kSpaceWave()), name: "mine" }, (s) => s)',
    'flowOf: mine is a flow, which has its rate already: stepOf(flow, dt) is its step',
  ],
  ['strang(decay({}))', 'strang: a flow is needed here, such as flowOf(rk4, rate), got undefined'],
  ['hashProgram()', 'hashProgram: a program is needed here, got undefined'],
  ['resize(zeros(3), {})', 'resize: a program is needed here, got a tensor'],
  [
    'resize(program({ x: [8] }, ({ x }) => ({ y: x })))',
    'resize: its options are a record such as { inputs: ... }',
  ],
  [
    'resize(program({ x: [8] }, ({ x }) => ({ y: x })), { inputs: { x: 5 } })',
    "resize: the sizes of 'x' are a list of numbers, got 5",
  ],
  [
    'resize(program({ x: [8] }, ({ x }) => ({ y: x })), { output: { y: [5] } })',
    "resize: it has no option 'output'; did you mean 'outputs'? It has inputs, steps, outputs",
  ],
  ['projection(4)(zeros(8))', 'projection: expected a sequence [T,...,C], got [8]'],
];

describe('dsl: values that no compiler has checked', () => {
  for (const [source, says] of cases)
    it(`is refused in the words of the language: ${source}`, () => assert.equal(written(source), says));
});

const convOptions = 'kernel, stride, boundary, dilation, groups, bias, init, biasInit, trainable, name';
const depthwiseOptions = convOptions.replace(' groups,', '');
const scanning = 'init: { y: zeros(2) }, step: (s) => s, observe: ({ y }) => y';

/** Every layer that takes options, with one misspelt. */
const misspelt: readonly (readonly [string, string])[] = [
  ['conv(2, { kernl: 5 })', `conv: it has no option 'kernl'; did you mean 'kernel'? It has ${convOptions}`],
  ['conv(2, { padding: 2 })', `conv: it has no option 'padding'; it has ${convOptions}`],
  [
    'conv1d(2, { kernl: 5 })',
    `conv1d: it has no option 'kernl'; did you mean 'kernel'? It has ${convOptions}`,
  ],
  [
    'depthwise({ Boundary: "none" })',
    `depthwise: it has no option 'Boundary'; did you mean 'boundary'? It has ${depthwiseOptions}`,
  ],
  [
    'depthwise1d({ strides: 2 })',
    `depthwise1d: it has no option 'strides'; did you mean 'stride'? It has ${depthwiseOptions}`,
  ],
  [
    'convTranspose(2, { strid: 1 })',
    "convTranspose: it has no option 'strid'; did you mean 'stride'? It has kernel, stride, bias, init, biasInit, trainable, name",
  ],
  [
    'convTranspose1d(2, { boundary: "zero" })',
    "convTranspose1d: it has no option 'boundary'; it has kernel, stride, bias, init, biasInit, trainable, name",
  ],
  [
    'dense(2, { bais: false })',
    "dense: it has no option 'bais'; did you mean 'bias'? It has bias, init, biasInit, trainable, name",
  ],
  [
    'batchNorm({ momentun: 0.2 })',
    "batchNorm: it has no option 'momentun'; did you mean 'momentum'? It has momentum, epsilon, trainable, name",
  ],
  [
    'coupling({ kernal: 5 })',
    "coupling: it has no option 'kernal'; did you mean 'kernel'? It has kernel, boundary, dilation, groups, init, trainable, name",
  ],
  [
    'coupling1d({ bias: true })',
    "coupling1d: it has no option 'bias'; it has kernel, boundary, dilation, groups, init, trainable, name",
  ],
  [
    'encoder([4], 2, { name: "eye" })',
    "encoder: it has no option 'name'; it has kernel, boundary, bias, init, biasInit, trainable",
  ],
  ['mlp([4], 2, { relu: false })', "mlp: it has no option 'relu'; it has bias, init, biasInit, trainable"],
  ['projection(4, { bias: true })', "projection: it has no option 'bias'; it has init, trainable, name"],
  [
    'oscillator({ dt: 0.1, coupling: coupling(), dampning: 1 })',
    "oscillator: it has no option 'dampning'; did you mean 'damping'? It has dt, coupling, frequency, damping, forcing",
  ],
  [
    `scan({ steps: 2, backwards: true, ${scanning} })`,
    "scan: it has no option 'backwards'; it has steps, init, step, observe, every, until, remat",
  ],
  [
    `scanOver({ over: zeros(3, 2), steps: 2, ${scanning} })`,
    "scanOver: it has no option 'steps'; did you mean 'step'? It has over, init, step, observe, every, until, remat",
  ],
  [
    'parameter("gain", [2], { init: "zeros", trainible: false })',
    "parameter: it has no option 'trainible'; did you mean 'trainable'? It has init, fanIn, fanOut, groups, trainable",
  ],
  ['conv(2, "circular")', 'conv: its options are a record such as { kernel: ... }'],
  ['dense(2, null)', 'dense: its options are a record such as { bias: ... }'],
  [
    'dense(2, { init: "zero" })(zeros(3))',
    'dense: its init is one of pytorch, glorot, kaiming, laplacian, identity, zeros, { constant: x }, { uniform: x }, { between: [a, b] }, { normal: x } or { values: [x, ...] }',
  ],
  [
    'dense(2, { init: { values: 3 } })(zeros(3))',
    'dense: its init { values } takes a list of numbers, row-major',
  ],
  [
    'dense(2, { init: { between: 3 } })(zeros(3))',
    'dense: its init { between } takes two numbers, [from, to]',
  ],
  [
    'dense(1, { init: { values: [1, "2b"] } })(zeros(2))',
    "dense: every starting value must be a finite 32-bit number, got '2b'",
  ],
  [
    'dense(2, { init: { normal: 1, mean: 3 } })(zeros(3))',
    'dense: its init is one of pytorch, glorot, kaiming, laplacian, identity, zeros, { constant: x }, { uniform: x }, { between: [a, b] }, { normal: x } or { values: [x, ...] }',
  ],
];

describe('dsl: parameters by invalid patterns', () => {
  const p = language.program({ x: [4] }, ({ x }) => ({ y: language.dense(2)(x) }));
  const left = (source: string): string => {
    const answer = new Function('p', ...Object.keys(language), `return ${source}`)(
      p,
      ...Object.values(language),
    );
    return answer._tag === 'Left' ? errorMessage(answer.left) : source;
  };
  const wrong: readonly (readonly [string, string])[] = [
    ["rename(p, { '*': 3 })", "rename: '*' needs a text such as 'encoder/*' as its new name, got 3"],
    ['rename(p)', "rename: it names no parameters; give { 'from/*': 'to/*' }"],
    [
      "share(p, { '*': undefined })",
      "share: '*' needs a text such as 'encoder/*' as its new name, got undefined",
    ],
    ['freeze(p, 3)', "freeze: a pattern is a text such as 'encoder/*', got 3"],
    ["unfreeze(undefined, '*')", 'unfreeze: a program is needed here, got undefined'],
  ];
  for (const [source, says] of wrong)
    it(`is an error as a value: ${source}`, () => assert.equal(left(source), says));
});

describe('dsl: options that there are not', () => {
  for (const [source, says] of misspelt)
    it(`are refused, with the nearest that there is: ${source}`, () => assert.equal(written(source), says));
});
