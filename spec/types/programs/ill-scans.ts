/** Steps that do not give the state back. */

import { add, concat, coupling, gaussian, mean, oscillator, scan, scanOver, tanh, type Tensor, zeros } from '../../../src/dsl/index.js';

const y = zeros(64, 64, 2);
const z = zeros(64, 64, 2);
const image = zeros(64, 64, 3);
const movie = zeros(20, 64, 64, 2);

// error: Property 'z' is missing in type '{ y: Tensor<readonly [64, 64, 2]>; }'
scan({ steps: 10, init: { y, z }, step: (s) => ({ y: s.z }), observe: (s) => s.y });
// error: scan: the state has no field 'q'
scan({ steps: 10, init: { y, z }, step: (s) => ({ y: s.z, z: s.y, q: s.y }), observe: (s) => s.y });
// error: '3' is not assignable to type '2'
scan({ steps: 10, init: { y, z }, step: (s) => ({ y: s.z, z: image }), observe: (s) => s.y });
scan({
  steps: 10,
  init: { y, z },
  // error: '3' is not assignable to type '2'
  step: (s) => {
    const force = tanh(s.y);
    return { y: force, z: image };
  },
  observe: (s) => s.y,
});
// error: Property 'q' does not exist on type '{ y: Tensor<readonly [64, 64, 2]>; }'
scan({ steps: 10, init: { y }, step: (s) => s, observe: (s) => s.q });
// error: scan: observe returns a tensor, or a record of at least one
scan({ steps: 10, init: { y }, step: (s) => s, observe: () => ({}) });
// error: scan: observe returns a tensor, or a record of at least one
scanOver({ over: movie, init: { y }, step: (s) => s, observe: () => ({}) });
// error: 'number' is not assignable to type 'Tensor<Shape>'
scan({ steps: 10, init: { y: 3 }, step: (s) => s, observe: (s) => s.y });
// error: 'string' is not assignable to type 'number'
scan({ steps: '10', init: { y }, step: (s) => s, observe: (s) => s.y });
// error: '2' is not assignable to type '3'
const heard: Tensor<readonly [10, 64, 64, 3]> = scan({ steps: 10, init: { y }, step: (s) => s, observe: (s) => s.y });

// An oscillator has a velocity.
// error: Property 'z' is missing in type '{ y: Tensor<readonly [64, 64, 2]>; }'
scan({ steps: 10, init: { y }, step: oscillator({ dt: 0.1, coupling: coupling() }), observe: (s) => s.y });

// error: '4' is not assignable to type '2'
scanOver({ over: movie, init: { y }, step: (s, x) => ({ y: concat(s.y, x) }), observe: (s) => s.y });
// error: add: expected [64,64,2], got [64,3]
scanOver({ over: image, init: { y }, step: (s, x) => ({ y: add(s.y, x) }), observe: (s) => s.y });
// error: Argument of type 'string' is not assignable to parameter of type 'number'
gaussian()('3', 4);

// error: scan: it has 10 steps, so every: 11 would keep nothing
scan({ steps: 10, every: 11, init: { y }, step: (s) => s, observe: (s) => s.y });
// error: '3' is not assignable to type '5'
const kept: Tensor<readonly [5, 64, 64, 2]> = scan({ steps: 10, every: 3, init: { y }, step: (s) => s, observe: (s) => s.y });
// error: Type 'readonly [64, 64, 2]' is not assignable to type 'readonly []'
scan({ steps: 10, init: { y }, step: (s) => s, observe: (s) => s.y, until: (s) => s.y });
// error: Property 'q' does not exist on type '{ y: Tensor<readonly [64, 64, 2]>; }'
scan({ steps: 10, init: { y }, step: (s) => s, observe: (s) => s.y, until: (s) => mean(0, 1, 2)(s.q) });
// error: Type 'string' is not assignable to type 'number | boolean | undefined'
scan({ steps: 10, remat: 'all', init: { y }, step: (s) => s, observe: (s) => s.y });
