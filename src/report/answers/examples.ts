/** Samples with target and answer side by side: as a figure of a page and as the bytes of a PNG. */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, defect } from '../../base/error.js';
import type { ArrayForm, ArrayValues } from '../../data/arrays.js';
import { predictedClasses } from '../../experiments/scores/scores.js';
import {
  arrayPanel,
  type Colouring,
  colouringOf,
  panelName,
  panelSizes,
  rangeOf,
  valueWords,
} from '../array-panels.js';
import { light, type Theme } from '../colours.js';
import { classEntries, legend } from '../legend.js';
import { atLeast, column, framed, type Look, onPaper, pointsWide, row, say, space } from '../look.js';
import type { Panel, PanelFigure, PanelGroup } from '../page/panel-figure.js';
import { classKey, errorKey, still } from '../panel-parts.js';
import { errorPanel } from '../panels.js';
import { encodePng } from '../png.js';
import { type Raster, scaleUp } from '../raster.js';

/** A sample with its answer. */
export interface Example {
  readonly name: string;
  /** Its scores and other notes. */
  readonly note: string;
  readonly arrays: ArrayValues;
  /** The output that is compared; null if there is none. */
  readonly answer: Float32Array | null;
}

/** Samples that are shown together, with the forms of their arrays. */
export interface ExamplesPicture {
  readonly examples: readonly Example[];
  readonly forms: Readonly<Record<string, ArrayForm>>;
  /** The target array, and the names of its classes; null if nothing is compared. */
  readonly asked: { readonly against: string; readonly classes: readonly string[] | null } | null;
  readonly title?: string;
  readonly theme?: Theme;
}

/** A picture with its name, and how large it is shown. */
interface Shown {
  readonly name: string;
  readonly raster: Raster;
  readonly range?: string;
  readonly sizes: { readonly wide: number; readonly narrow: number };
}

interface Laid {
  readonly name: string;
  readonly note: string;
  readonly panels: readonly Shown[];
}

/** The answer in the form of the target: the class of each place, or the numbers. */
const answered = (answer: Float32Array, classes: readonly string[] | null): Float32Array =>
  classes === null ? answer : Float32Array.from(predictedClasses(answer, classes.length));

const sureOf = (logits: Float32Array): number => {
  const top = logits.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  return 1 / logits.reduce((sum, value) => sum + Math.exp(value - top), 0);
};

const all = (picture: ExamplesPicture, of: (example: Example) => Float32Array): Float32Array =>
  Float32Array.from(picture.examples.flatMap((example) => [...of(example)]));

/** Targets are coloured as answers are. */
const askedColouring = (picture: ExamplesPicture, against: string, form: ArrayForm): Colouring => {
  const truth = all(picture, ({ arrays }) => arrays[against]);
  const own = colouringOf(form, truth);
  return own.kind === 'classes'
    ? own
    : colouringOf({ integer: false }, Float32Array.from([-1e-30, ...truth]));
};

const shownOf = (
  name: string,
  values: ArrayLike<number>,
  shape: readonly number[],
  colouring: Colouring,
): readonly Shown[] => {
  const raster = arrayPanel(values, shape, colouring);
  const range = rangeOf(colouring);
  return raster === null
    ? []
    : [
        {
          name: panelName(name, shape, colouring),
          raster,
          ...(range === null ? {} : { range }),
          sizes: panelSizes(shape, colouring),
        },
      ];
};

/** Answer and target side by side: as text if each is one number, else as pictures. */
const comparison = (
  picture: ExamplesPicture,
  { arrays, answer }: Example,
): { readonly words: readonly string[]; readonly panels: readonly Shown[] } => {
  const { asked, forms } = picture;
  if (asked === null || answer === null) return { words: [], panels: [] };
  const { against, classes } = asked;
  const form: ArrayForm = { ...forms[against], ...(classes === null ? {} : { classes }) };
  const truth = arrays[against];
  const given = answered(answer, classes);
  if (form.shape.length === 0) {
    const sure = classes === null ? '' : `, ${Math.round(100 * sureOf(answer))} % sure`;
    return {
      words: [`true ${valueWords(truth[0], form)}, answered ${valueWords(given[0], form)}${sure}`],
      panels: [],
    };
  }
  const colouring = askedColouring(picture, against, form);
  const { shape } = form;
  const [height, width] = shape;
  const difference = Float32Array.from(given, (value, i) => value - truth[i]);
  return {
    words: [],
    panels: [
      ...shownOf(`${against}, true`, truth, shape, colouring),
      ...shownOf(`${against}, answered`, given, shape, colouring),
      ...(classes === null
        ? shownOf('answered − true', difference, shape, colouring)
        : shape.length === 2
          ? [
              {
                name: 'errors',
                raster: errorPanel(truth, given, height, width, classes.length),
                sizes: panelSizes(shape, colouring),
              },
            ]
          : []),
    ],
  };
};

/** Every sample with its pictures. */
const laid = (picture: ExamplesPicture): readonly Laid[] => {
  const { examples, forms, asked } = picture;
  const others = Object.keys(forms).filter((name) => name !== asked?.against);
  const colourings = new Map(
    others.map((name) => [
      name,
      colouringOf(
        forms[name],
        all(picture, ({ arrays }) => arrays[name] ?? []),
      ),
    ]),
  );
  return examples.map((example): Laid => {
    const { words, panels } = comparison(picture, example);
    const said = others.flatMap((name) =>
      forms[name].shape.length === 0 && example.arrays[name] !== undefined
        ? [`${name} ${valueWords(example.arrays[name][0], forms[name])}`]
        : [],
    );
    return {
      name: example.name,
      note: [...words, example.note, ...said].filter((text) => text !== '').join('; '),
      panels: [
        ...others.flatMap((name) => {
          const colouring = colourings.get(name);
          const values = example.arrays[name];
          return colouring === undefined || values === undefined
            ? []
            : shownOf(name, values, forms[name].shape, colouring);
        }),
        ...panels,
      ],
    };
  });
};

/** The classes that have colours in these pictures. */
const colouredClasses = ({ asked, forms }: ExamplesPicture): readonly string[] => {
  const names = asked?.classes ?? null;
  if (names !== null && asked !== null && forms[asked.against].shape.length > 0) return names;
  return (
    Object.values(forms).find(({ classes, shape }) => classes !== undefined && shape.length > 0)?.classes ??
    []
  );
};

const hasErrors = ({ asked, forms }: ExamplesPicture): boolean =>
  asked !== null && asked.classes !== null && forms[asked.against].shape.length === 2;

/** The most classes in the key. */
const mostInKey = 24;

/** The samples as a figure of a page. **Errors** Defect. */
export const examplesFigure = (picture: ExamplesPicture & { readonly alt: string }): Checked<PanelFigure> =>
  E.tryCatch((): PanelFigure => {
    const classes = colouredClasses(picture).slice(0, mostInKey);
    return {
      type: 'panels',
      alt: picture.alt,
      film: null,
      groups: laid(picture).map(
        ({ name, note, panels }): PanelGroup => ({
          name,
          note,
          stills: panels.map(
            ({ name: of, raster, range, sizes }): Panel<string> => ({
              ...still(of, raster, sizes),
              ...(range === null ? {} : { range }),
            }),
          ),
          moving: [],
        }),
      ),
      keys: [
        ...(classes.length === 0 ? [] : [classKey(classes, [])]),
        ...(hasErrors(picture) ? [errorKey] : []),
      ],
    };
  }, defect);

const sideOf = ({ raster, sizes }: Shown): number =>
  Math.max(1, Math.floor(sizes.wide / Math.max(raster.width, raster.height)));

/** The samples as the bytes of a PNG, below each other. **Errors** Defect. */
export const examplesPng = (picture: ExamplesPicture): Checked<Uint8Array> =>
  E.tryCatch(() => {
    const look: Look = { theme: picture.theme ?? light, density: 2 };
    const groups = laid(picture).map(({ name, note, panels }) =>
      column(
        look,
        row(look, say(look, 'strong', name), space(look, 8, 0), say(look, 'label', note)),
        space(look, 0, 4),
        row(
          look,
          ...panels.flatMap((panel) => [
            column(
              look,
              say(look, 'caption', panel.name),
              framed(look, scaleUp(look.density * sideOf(panel))(panel.raster)),
              say(look, 'caption', panel.range ?? ''),
            ),
            space(look, 12, 0),
          ]),
        ),
        space(look, 0, 10),
      ),
    );
    const sheet = column(
      look,
      ...(picture.title === undefined ? [] : [say(look, 'title', picture.title), space(look, 0, 10)]),
      ...groups,
    );
    const classes = colouredClasses(picture).slice(0, mostInKey);
    const wide = Math.max(420, pointsWide(look, sheet));
    const keys = [
      ...(classes.length === 0 ? [] : [legend(look, 'classes', classEntries(classes, []), wide)]),
      ...(hasErrors(picture)
        ? [
            legend(
              look,
              'errors',
              errorKey.entries.flatMap(({ name, colour }) => (colour === null ? [] : [{ name, colour }])),
              wide,
            ),
          ]
        : []),
    ];
    return encodePng(onPaper(look, atLeast(look, 420, 0, column(look, sheet, ...keys))));
  }, defect);
