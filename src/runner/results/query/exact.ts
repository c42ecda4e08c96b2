/** DuckDB values with all their digits: as JSON, and as text. */

import type { ColumnType } from '../../../formats/duckdb.js';

/** DuckDB writes these as text so that no digit is lost; most of them are exact as numbers too. */
const writtenAsText = /^(U?BIGINT|U?HUGEINT|BIGNUM|DECIMAL\(\d+,\d+\))$/;

/** The number that prints as these digits, or the digits if there is none. */
const numberOrText = (digits: string): number | string => {
  const number = Number(digits);
  const places = digits.split('.')[1]?.length ?? 0;
  const exact = places === 0 ? Number.isSafeInteger(number) : number.toFixed(places) === digits;
  return exact ? number : digits;
};

const isRecord = (cell: unknown): cell is Readonly<Record<string, unknown>> =>
  typeof cell === 'object' && cell !== null && !Array.isArray(cell);

const struct = (
  cell: Readonly<Record<string, unknown>>,
  names: readonly string[],
  types: readonly ColumnType[],
) =>
  Object.fromEntries(
    Object.entries(cell).map(([name, entry]) => {
      const type = types[names.indexOf(name)];
      return [name, type === undefined ? entry : exactValue(type, entry)];
    }),
  );

/**
 * A cell as a value of JSON: integers and decimals are numbers if a number has all their digits, otherwise
 * text, at any depth of lists, structs and maps. Infinity and NaN, which JSON does not have, are text.
 */
export const exactValue = (type: ColumnType, cell: unknown): unknown => {
  if (typeof cell === 'string') return writtenAsText.test(type.toString()) ? numberOrText(cell) : cell;
  const { keyType, valueType, entryNames, entryTypes, memberTags, memberTypes } = type;
  if (Array.isArray(cell)) {
    if (valueType === undefined) return cell;
    return keyType === undefined
      ? cell.map((entry: unknown) => exactValue(valueType, entry))
      : cell.map((entry: unknown) =>
          isRecord(entry) ? struct(entry, ['key', 'value'], [keyType, valueType]) : entry,
        );
  }
  if (!isRecord(cell)) return cell;
  if (entryNames !== undefined && entryTypes !== undefined) return struct(cell, entryNames, entryTypes);
  const member = typeof cell.tag === 'string' ? (memberTags?.indexOf(cell.tag) ?? -1) : -1;
  return memberTypes?.[member] === undefined ? cell : struct(cell, ['value'], [memberTypes[member]]);
};

/** As JSON.stringify, except that -0 keeps its sign. */
export const jsonText = (value: unknown, indent = 0): string => {
  const pad = (deeper: number): string => (indent === 0 ? '' : `\n${' '.repeat(indent * deeper)}`);
  const written = (part: unknown, depth: number): string => {
    if (Object.is(part, -0)) return '-0.0';
    if (typeof part !== 'object' || part === null) return JSON.stringify(part ?? null);
    const entries = Array.isArray(part)
      ? part.map((entry: unknown) => written(entry, depth + 1))
      : Object.entries(part).map(
          ([key, entry]) => `${JSON.stringify(key)}:${indent === 0 ? '' : ' '}${written(entry, depth + 1)}`,
        );
    const [open, close] = Array.isArray(part) ? '[]' : '{}';
    return entries.length === 0
      ? `${open}${close}`
      : `${open}${pad(depth + 1)}${entries.join(`,${pad(depth + 1)}`)}${pad(depth)}${close}`;
  };
  return written(value, 0);
};

/** A cell as text with all its digits, as DuckDB writes a decimal; lists, structs and maps as JSON; null for none. */
export const exactText = (type: ColumnType, cell: unknown): string | null => {
  if (cell === null || cell === undefined) return null;
  if (Object.is(cell, -0)) return '-0.0';
  return typeof cell === 'object' ? jsonText(exactValue(type, cell)) : String(cell);
};
