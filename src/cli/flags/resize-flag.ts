/** `--resize`: a program at other sizes. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Checked, decodeError } from '../../base/error.js';
import type { Shape } from '../../dsl/index.js';
import type { OtherSizes } from '../../runner/run/resize-program.js';

const none: OtherSizes = { grid: null, inputs: {}, steps: undefined };

const refused = (text: string, why: string): Checked<never> =>
  E.left(decodeError('--resize', `'${text}' ${why}; write 128x128, steps=200, or 128x128,steps=200`));

const whole = (text: string): number | null => (/^[1-9]\d{0,8}$/.test(text) ? Number(text) : null);

const shapeIn = (text: string): Shape | null => {
  const sizes = text.split('x').map(whole);
  const shape = sizes.filter((size) => size !== null);
  return shape.length === sizes.length ? shape : null;
};

/** One part of the flag, added to those before it. */
const part = (before: OtherSizes, text: string): Checked<OtherSizes> => {
  const [name, value, ...more] = text.split('=');
  if (value === undefined) {
    const grid = shapeIn(name);
    if (grid === null) return refused(text, 'is no grid');
    return before.grid === null ? E.right({ ...before, grid }) : refused(text, 'is a second grid');
  }
  if (more.length > 0 || !/^[A-Za-z][\w-]*$/.test(name)) return refused(text, 'is no NAME=SIZES');
  if (name !== 'steps' && !/^scan\d+$/.test(name)) {
    const shape = shapeIn(value);
    if (shape === null) return refused(text, 'has no shape, such as image=128x128x3');
    return Object.hasOwn(before.inputs, name)
      ? refused(text, 'stands twice')
      : E.right({ ...before, inputs: { ...before.inputs, [name]: shape } });
  }
  const steps = whole(value);
  if (steps === null) return refused(text, 'has no number of steps');
  const { steps: known } = before;
  if (typeof known === 'number' || (known !== undefined && (name === 'steps' || Object.hasOwn(known, name))))
    return refused(text, 'gives steps a second time');
  return E.right({ ...before, steps: name === 'steps' ? steps : { ...known, [name]: steps } });
};

/**
 * The sizes of `128x128,steps=200`, `image=128x128x3`, `scan1=50,scan2=80`; null if the flag is left out.
 *
 * **Errors** DecodeError with the wrong part.
 */
export const resizeFlag = (text: string | undefined): Checked<OtherSizes | null> =>
  text === undefined
    ? E.right(null)
    : text
        .split(',')
        .map((one) => one.trim())
        .reduce<Checked<OtherSizes>>(
          (sizes, one) =>
            pipe(
              sizes,
              E.flatMap((before) => part(before, one)),
            ),
          E.right(none),
        );
