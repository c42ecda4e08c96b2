/** Programs that are not what they are said to be. */

import { conv, decodeProgram, type Program, program, select, type Tensor, zeros } from '../../../src/dsl/index.js';
import { nwm } from '../../../src/models/nwm.js';

const p = program({ image: [8, 8, 3] }, ({ image }) => ({ logits: conv(2)(image) }));

// error: '2' is not assignable to type '3'
const wrong: Program<{ image: readonly [8, 8, 3] }, { logits: readonly [8, 8, 3] }> = p;
// error: Property 'labels' is missing
const missing: Program<{ image: readonly [8, 8, 3] }, { labels: readonly [8, 8, 2] }> = p;
// error: '3' is not assignable to type '1'
const grey: Program<{ image: readonly [8, 8, 1] }, { logits: readonly [8, 8, 2] }> = p;
// error: Property 'img' does not exist on type 'Inputs<{ readonly image: readonly [8, 8, 3]; }>'
program({ image: [8, 8, 3] }, (x) => ({ y: x.img }));
// error: is not assignable to type 'Readonly<Record<string, Tensor<Shape>>>'
program({ image: [8, 8, 3] }, (x) => x.image);
// error: Argument of type '"waves"' is not assignable to parameter of type '"logits"'
select(p, 'waves');
// error: 'number' is not assignable to type 'Shape'
decodeProgram({}, 'a.json', { inputs: { image: [2] }, outputs: { y: 3 } });
// error: '3' is not assignable to type '2'
const field: Tensor<readonly [64, 64, 2]> = zeros(64, 64, 3);

const options = { height: 64, width: 64, input: 3, mid: 16, channels: 2, steps: 100, dt: 0.1, hidden: [] } as const;
// error: Property 'readout' is missing
nwm({ ...options, classes: 6 });
// error: 'string' is not assignable to type 'number'
nwm({ ...options, readout: 'linear', classes: '6' });
const six = nwm({ ...options, readout: 'linear', classes: 6 });
// error: '6' is not assignable to type '7'
const seven: Program<{ image: readonly [64, 64, 3] }, { logits: readonly [64, 64, 7] }> = six;
