import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { modelArbitrary } from '../../src/laws/arbitraries/model.js';
import {
  buildModel,
  decodeModel,
  describeModel,
  modelCodec,
  modelNamed,
  modelNames,
} from '../../src/models/catalogue.js';
import { right, sentence } from '../support/either.js';

const sizes = { height: 9, width: 7, channels: 3, classes: 4 };

describe('catalogue of models', () => {
  it('fills in what was published', () => {
    assert.deepEqual(right(modelNamed('nwm')), {
      name: 'nwm',
      mid: 16,
      channels: 2,
      steps: 100,
      dt: 0.1,
      readout: 'linear',
      hidden: [256, 256, 256],
    });
    assert.deepEqual(right(modelNamed('conv-gru', { readout: 'fft' })), {
      name: 'conv-gru',
      mid: 16,
      channels: 2,
      steps: 20,
      readout: 'fft',
      hidden: [256, 256, 256],
    });
  });

  it('reads what it wrote', () => {
    fc.assert(
      fc.property(modelArbitrary, (spec) => {
        assert.ok(modelCodec.is(spec));
        const written: unknown = JSON.parse(JSON.stringify(modelCodec.encode(spec)));
        assert.deepEqual(right(decodeModel(written)), spec);
      }),
    );
  });

  it('takes the widths of the MLP by the name of a variant', () => {
    const hidden = (variant: string): unknown => {
      const spec = right(modelNamed('nwm', { hidden: variant }));
      return 'hidden' in spec ? spec.hidden : undefined;
    };
    assert.deepEqual(hidden('linear'), [256, 256, 256]);
    assert.deepEqual(hidden('linear_smaller'), [64]);
    assert.deepEqual(hidden('linear_smaller2'), []);
    assert.deepEqual(hidden('linear_smaller3'), [32, 32, 32]);
    assert.deepEqual(hidden('linear_smaller4'), [32, 32, 32, 32, 32]);
  });

  it('says what is wrong, where, and what would be right', () => {
    assert.match(sentence(modelNamed('nwn')), /unknown model 'nwn'; did you mean 'nwm'\?/);
    assert.match(
      sentence(decodeModel({ name: 'convlstm' })),
      /name: unknown model 'convlstm'; did you mean 'conv-lstm'/,
    );
    assert.match(sentence(decodeModel({})), /a model needs a name/);
    assert.match(sentence(decodeModel(7)), /a model is an object with a name/);
    assert.match(sentence(modelNamed('nwm', { chanels: 3 })), /chanels: .* did you mean 'channels'\?/);
    assert.match(sentence(modelNamed('nwm', { steps: 2.5 })), /steps: 2.5 is not a whole number from 1/);
    assert.match(sentence(modelNamed('nwm', { dt: 0 })), /dt: a time step must be more than 0/);
    assert.match(sentence(modelNamed('nwm', { readout: 'ftt' })), /readout: "ftt" is not one of/);
    assert.match(
      sentence(modelNamed('cnn', { hidden: 'linear_smaler' })),
      /hidden: .* did you mean 'linear_smaller'\?/,
    );
    assert.match(
      sentence(modelNamed('cnn', { hidden: [4, 0] })),
      /hidden: \[4,0\] is not a list of at most 128 whole numbers/,
    );
    assert.match(sentence(modelNamed('unet', { steps: 3 })), /steps: there is no such field/);
  });

  it('gives a program with the common outputs for every model', () => {
    for (const name of modelNames) {
      const settings = name === 'unet' ? {} : { hidden: [5] };
      const spec = right(modelNamed(name, settings));
      const big = { ...sizes, height: 33, width: 18 };
      const { graph } = right(buildModel(spec, big));
      assert.deepEqual(graph.nodes[graph.outputs.logits].shape, [33, 18, 4]);
      if ('steps' in spec) {
        assert.deepEqual(graph.nodes[graph.outputs.waves].shape, [spec.steps, 33, 18, 2]);
        assert.deepEqual(graph.nodes[graph.outputs.y0].shape, [33, 18, 2]);
      }
      assert.match(describeModel(spec), new RegExp(`^${name}: `));
    }
  });

  it('refuses, as a value, sizes that a model cannot have', () => {
    const small = buildModel(right(modelNamed('unet')), { ...sizes, height: 15 });
    assert.ok(E.isLeft(small));
    assert.equal(small.left._tag, 'ProgramError');
    const none = buildModel(right(modelNamed('nwm')), { ...sizes, width: 0 });
    assert.ok(E.isLeft(none));
    assert.equal(none.left._tag, 'ProgramError');
  });
});
