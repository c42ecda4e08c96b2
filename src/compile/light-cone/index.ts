/** Light cones: the sites of the inputs on which a site of an output depends, and after how many steps. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type DecodeError, type UnknownName, unknownName } from '../../base/error.js';
import type { Node } from '../../dsl/op.js';
import { inPhase } from '../../dsl/phase.js';
import type { Program } from '../../dsl/program.js';
import type { Shape } from '../../dsl/shape.js';
import { factsIn } from '../facts.js';
import { backward, type Known, nothing, type Seen, scanWalk, see } from './backward.js';
import { empty, type Mask, sameMask } from './mask.js';
import { centreOf, maskOf, overSites, radiusOf, type Site, spatialOf } from './site.js';
import { supportsOf } from './support.js';

export { type Portrait, portrait, type ScanPortrait } from './portrait.js';
export { type Reach, reach, stepReach, wholeReach } from './reach.js';
export type { Site } from './site.js';

/** Options of `lightCone`. */
export interface LightConeOptions {
  /** Name of the output. */
  readonly output: string;
  /**
   * Indices along the output's first axes, null for all along one: [y, x] of logits [H, W, K]; [t, y, x] of waves
   * [T, H, W, C], or [null, y, x].
   */
  readonly site: Site;
  /** Every scan takes at most this many steps, the last ones; default: all of them. */
  readonly steps?: number;
  /** Called before each step that is walked back; what it throws ends the walk. */
  readonly eachStep?: () => void;
}

/** The seen sites when every scan takes n steps. */
export interface SeenAfter {
  readonly steps: number;
  /** The number of seen sites. */
  readonly seen: number;
  /** The largest Chebyshev distance of a seen site, -1 when none is seen; undefined as in `Sight`. */
  readonly radius: number | undefined;
}

/** The seen sites of one input. */
export interface Sight {
  /** Sizes of the masks: the input's shape without its channels. */
  readonly sites: Shape;
  /** 1 at sites with a channel that can make a difference, row-major. */
  readonly mask: Uint8Array;
  /** The smallest number of steps after which a site is seen; 0: seen without any step; -1: never. */
  readonly firstSeen: Int32Array;
  /**
   * Chebyshev distance from the output's site to the furthest seen one, in sites; around the ring if the program has
   * a circular boundary. -1 if nothing is seen; undefined if the grids of output and input differ.
   */
  readonly radius: number | undefined;
  /** After 0, 1, ... steps. */
  readonly afterSteps: readonly SeenAfter[];
}

/** The seen sites by input. */
export type LightCone = Readonly<Record<string, Sight>>;

/**
 * The light cone of a site: the sites of every input on which it depends, for some parameters and some inputs.
 *
 * Dependence is structural: a parameter may be whatever number, the zeros of a constant (a stencil, a mask) are zeros,
 * batch norm and `training` as in inference. So the mask holds every site that can make a difference in any run, and with generic
 * parameters it holds no other, but for values that are zero at a scan's first step only (a velocity that starts at
 * rest times a damping). Per sample: other samples of a batch are never seen.
 *
 * After n steps means that every scan of the program consists of its last n steps alone, begun from its own initial
 * state; what it would have observed before does not exist. A scan inside a step of another always runs in full.
 *
 * Law: Neural Wave Machine logits see radius T + encoder depth, a convolutional network its depth.
 *
 * @returns a left when the program has no such output, or the output no such site
 * @example
 * lightCone(nwm({ height: 64, ... steps: 8 }), { output: 'logits', site: [32, 32] })
 * // E.right({ image: { sites: [64, 64], mask, firstSeen, radius: 12, afterSteps: [{ steps: 0, ... }, ...] } })
 */
export const lightCone = (
  p: Program,
  { output, site, steps, eachStep }: LightConeOptions,
): E.Either<UnknownName | DecodeError, LightCone> => {
  const { nodes, outputs } = inPhase(p, 'inference').graph;
  if (!Object.hasOwn(outputs, output)) return E.left(unknownName('output', output, Object.keys(outputs)));
  const root = outputs[output];
  return pipe(
    maskOf(nodes[root].shape, site),
    E.map((mask) => {
      const known: Known = { nodes, facts: factsIn(nodes), supports: supportsOf(nodes), eachStep };
      const behind = ancestors(nodes, root);
      const snapshots = inSteps(known, see(nothing, root, mask), root, behind, steps);
      const ring = behind.some((number) => isRing(nodes[number]));
      return Object.fromEntries(
        nodes.flatMap(({ op, shape }, number) =>
          op.op === 'input'
            ? [[op.name, sightOf(shape, number, snapshots, centreOf(nodes[root].shape, site, shape), ring)]]
            : [],
        ),
      );
    }),
  );
};

/** Numbers of the nodes that a node depends on, itself among them, in order. */
const ancestors = (nodes: readonly Node[], root: number): readonly number[] => {
  const needed = new Set([root]);
  for (let number = root; number >= 0; number--)
    if (needed.has(number)) for (const input of nodes[number].inputs) needed.add(input);
  return [...needed].sort((a, b) => a - b);
};

const isRing = ({ op }: Node): boolean =>
  (op.op === 'conv' && op.boundary === 'circular') || (op.op === 'scan' && op.body.nodes.some(isRing));

/** The seen elements of the inputs after 0, 1, ... steps, up to all steps or to `limit`. */
const inSteps = (
  known: Known,
  start: Seen,
  root: number,
  behind: readonly number[],
  limit = Number.POSITIVE_INFINITY,
): readonly Seen[] => {
  const scans = behind.flatMap((number) => {
    const { op } = known.nodes[number];
    return op.op === 'scan' ? [{ op, number }] : [];
  });
  const last = scans.at(-1);
  if (last === undefined) return [backward(known, start, root, 0, 0)];
  // The part after the last scan does not depend on the number of steps, so it is walked back once.
  const after = backward(known, start, root, last.number + 1, 0);
  const ports = after.ports.get(last.number) ?? new Map<string, Mask>();
  const walk = scanWalk(last.op, known, last.number, ports);
  const { inputs } = known.nodes[last.number];
  const most = Math.min(limit, Math.max(...scans.map(({ op }) => op.steps)));
  const snapshots: Seen[] = [];
  let earlier: readonly Mask[] | undefined;
  for (let steps = 0; steps <= most; steps++) {
    if (steps > 0 && steps <= last.op.steps) walk.stepBack();
    const masks = walk.inputs();
    const unchanged = scans.length === 1 && masks.every((mask, i) => sameMask(mask, earlier?.[i]));
    earlier = masks;
    const seen = inputs.reduce(
      (all, input, i) => (known.facts[input].perSample ? see(all, input, masks[i]) : all),
      after,
    );
    const before = snapshots.at(-1);
    snapshots.push(
      unchanged && before !== undefined ? before : backward(known, seen, last.number - 1, 0, steps),
    );
  }
  return snapshots;
};

const sightOf = (
  shape: Shape,
  input: number,
  snapshots: readonly Seen[],
  centre: Shape | undefined,
  ring: boolean,
): Sight => {
  const sites = spatialOf(shape);
  const firstSeen = new Int32Array(empty(sites).length).fill(-1);
  let mask = empty(sites);
  const afterSteps = snapshots.map(({ values }, steps): SeenAfter => {
    mask = overSites(shape, values.get(input) ?? empty(shape));
    for (const [site, seen] of mask.entries()) if (seen === 1 && firstSeen[site] < 0) firstSeen[site] = steps;
    return {
      steps,
      seen: mask.reduce((sum, value) => sum + value, 0),
      radius: centre === undefined ? undefined : radiusOf(mask, sites, centre, ring),
    };
  });
  return { sites, mask, firstSeen, radius: afterSteps.at(-1)?.radius, afterSteps };
};
