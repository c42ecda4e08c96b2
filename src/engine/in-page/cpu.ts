/** The engine `cpu` without Node: TensorFlow.js in JavaScript, for a page that asks for it. This module loads TensorFlow.js. */

import { version_cpu } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { installMethods } from '../chained.js';
import { type Engine, limitBytes } from '../engine.js';
import { installGradients } from '../gradients.js';

/** Opens it; undefined if TensorFlow.js cannot start it here. */
export const openCpu = async (): Promise<Engine | undefined> => {
  if (!(await tf.setBackend('cpu'))) return undefined;
  await tf.ready();
  installGradients(tf);
  installMethods(tf);
  return {
    name: 'cpu',
    why: 'the page asked for it',
    version: `tfjs ${tf.version_core}, cpu ${version_cpu}`,
    limitBytes: limitBytes.cpu,
    tf,
    fused: false,
  };
};
