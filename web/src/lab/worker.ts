/** The system on screen, in a worker. */

import { answerBy } from '../engine/call.js';
import { type Opening, openSystem, type Running } from '../engine/system.js';

let running: Running | undefined;

const system = (): Running => {
  if (running === undefined) throw new Error('no system is open');
  return running;
};

const handlers = {
  open: (opening: Opening) => {
    running = openSystem(opening);
    return running.about;
  },
  run: ({ steps, probe }: { readonly steps: number; readonly probe: number }) => system().run(steps, probe),
  pluck: ({
    site,
    radius,
    amount,
  }: {
    readonly site: number;
    readonly radius: number;
    readonly amount: number;
  }) => {
    system().pluck(site, radius, amount);
    return null;
  },
  /** Sets a drum to its mode of this number from 1, at rest; returns the steps of a period of one that is not damped. */
  stand: async ({
    mode,
    dt,
    speed,
  }: {
    readonly mode: number;
    readonly dt: number;
    readonly speed: number;
  }) => {
    const { lowestModes } = await import('../../../src/drums/eigen.js');
    const { about, run, shape } = system();
    const { rows, columns } = about;
    const inside = Uint8Array.from(run(0, 0).walls, (wall) => 1 - wall);
    const { values, vectors } = lowestModes({ rows, columns, inside, corner: [0, 0] }, mode);
    if (values.length < mode) throw new Error(`This drum has ${values.length} modes.`);
    shape(vectors[mode - 1]);
    return (2 * Math.PI) / Math.acos(1 - (dt * dt * speed * speed * values[mode - 1]) / 2);
  },
  wall: ({ sites, on }: { readonly sites: readonly number[]; readonly on: boolean }) => {
    system().wall(sites, on);
    return null;
  },
  paint: ({
    coefficient,
    sites,
    value,
  }: {
    readonly coefficient: string;
    readonly sites: readonly number[];
    readonly value: number;
  }) => {
    system().paint(coefficient, sites, value);
    return null;
  },
  put: ({
    walls,
    medium,
    coefficient,
  }: {
    readonly walls: Uint8Array;
    readonly medium: Float32Array | undefined;
    readonly coefficient: string;
  }) => {
    system().put(walls, medium, coefficient);
    return null;
  },
  history: (_: null) => system().history(),
  listen: ({ steps, probe }: { readonly steps: number; readonly probe: number }) =>
    system().listen(steps, probe),
  crop: ({ site, side }: { readonly site: number; readonly side: number }) => system().crop(site, side),
};

export type LabHandlers = typeof handlers;

answerBy(handlers);
