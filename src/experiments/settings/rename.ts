/** Replacing a task, model or loss by another: which settings are kept, and which are dropped. */

import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { canonical } from '../../base/canonical.js';
import { fieldsUnknownTo } from '../../base/codec.js';
import { taskCodec } from '../../data/task.js';
import { modelCodec } from '../../models/catalogue.js';
import { lossCodec } from '../loss.js';

const codecs: Readonly<Record<string, t.Decoder<unknown, unknown>>> = {
  task: taskCodec,
  model: modelCodec,
  loss: lossCodec,
};

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields => (t.UnknownRecord.is(value) ? value : {});

/** The defaults of a task, model or loss of this name; folders have no default. */
const defaultsOf = (section: string, name: unknown): Fields => {
  const read = codecs[section]?.decode({ name });
  if (read !== undefined && E.isRight(read)) return fieldsOf(read.right);
  const withFolder = codecs[section]?.decode({ name, folder: '.' });
  return withFolder !== undefined && E.isRight(withFolder)
    ? { ...fieldsOf(withFolder.right), folder: null }
    : {};
};

/** Settings that a person chose: those that differ from their defaults. */
const chosenIn = (section: string, own: unknown): Fields => {
  const { name, ...fields } = fieldsOf(own);
  const defaults = defaultsOf(section, name);
  return Object.fromEntries(
    Object.entries(fields).filter(([key, value]) => canonical([defaults[key]]) !== canonical([value])),
  );
};

const shown = (fields: Fields): string =>
  Object.entries(fields)
    .map(
      ([key, value]) =>
        `${key}${key === 'graph' ? '' : ` ${typeof value === 'string' ? value : canonical(value)}`}`,
    )
    .join(', ');

/** The replacement, and one sentence for each setting that was dropped. */
export interface Replaced {
  readonly value: Fields;
  readonly notes: readonly string[];
}

/** A replacement with its own default settings. */
export const begun = (section: string, own: unknown, name: string): Replaced => {
  const chosen = chosenIn(section, own);
  const before = fieldsOf(own).name;
  return {
    value: { name },
    notes:
      Object.keys(chosen).length === 0 || before === undefined
        ? []
        : [
            `${section}=${name} begins with its own settings, without ${shown(chosen)} of ${String(before)}; ` +
              `${section}.name=${name} keeps what still applies`,
          ],
  };
};

/** A replacement of another name: its default settings, overridden by earlier choices that it supports. */
export const renamed = (section: string, own: unknown, name: string): Replaced => {
  const before = fieldsOf(own).name;
  if (before === name) return { value: fieldsOf(own), notes: [] };
  const chosen = chosenIn(section, own);
  const codec = codecs[section];
  const unknown = codec === undefined ? [] : fieldsUnknownTo(codec, { ...chosen, name });
  const keep = (key: string): boolean => !unknown.includes(key);
  const dropped = Object.fromEntries(Object.entries(chosen).filter(([key]) => !keep(key)));
  return {
    value: { ...Object.fromEntries(Object.entries(chosen).filter(([key]) => keep(key))), name },
    notes:
      Object.keys(dropped).length === 0 || Object.keys(defaultsOf(section, name)).length === 0
        ? []
        : [
            `${section}.name=${name} drops ${shown(dropped)} of ${String(before)}, which ${name} does not have`,
          ],
  };
};
