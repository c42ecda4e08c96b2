/** DuckDB's errors about unknown names, in the words of these tables. Pure. */

import { type DrumheadError, decodeError, nearest } from '../../../base/error.js';
import type { AskedTable } from './messages.js';

/** Other words that people use for columns. */
const alsoCalled: Readonly<Record<string, string>> = {
  name: 'experiment',
  label: 'experiment',
  run: 'experiment',
  lr: 'rate',
  status: 'state',
};

const columnsIn = ({ columns }: AskedTable): readonly string[] => Object.keys(columns);

/** `'seed' of runs and epochs`: the nearest name of each table; none if none is near. */
const hintFor = (name: string, tables: readonly AskedTable[]): string => {
  const asked = name.toLowerCase();
  const near = tables.flatMap((table) => {
    const own = columnsIn(table);
    const meant = alsoCalled[asked];
    const column = meant !== undefined && own.includes(meant) ? meant : nearest(asked, own);
    return column === undefined || (meant !== undefined && column !== meant)
      ? []
      : [{ table: table.name, column }];
  });
  const columns = [...new Set(near.map(({ column }) => column))].map((column) => {
    const holders = near.filter((one) => one.column === column).map(({ table }) => table);
    return `'${column}' of ${holders.join(' and ')}`;
  });
  return columns.length === 0 ? '.' : `; did you mean ${columns.join(', or ')}?`;
};

const unknownColumn =
  /^Binder Error: (?:Referenced column "(?<a>.+?)" not found|Table "(?<in>.+?)" does not have a column named "(?<b>.+?)"|Column "(?<c>.+?)" in \w+ list not found)/;
const unknownTable =
  /^(?:Catalog Error: Table with name (?<a>.+?) does not exist|Binder Error: Referenced table "(?<b>.+?)" not found)/;

/** The same error; for an unknown column or table, a sentence with the nearest name and all names. */
export const inOurNames =
  (tables: readonly AskedTable[]) =>
  (error: DrumheadError): DrumheadError => {
    if (error._tag !== 'DecodeError') return error;
    const said = error.problems[0] ?? '';
    const column = unknownColumn.exec(said)?.groups;
    if (column !== undefined) {
      const name = column.a ?? column.b ?? column.c;
      const held = tables.filter((table) => table.name === column.in);
      const meant = held.length > 0 ? held : tables;
      const known = meant.map((table) => `columns of ${table.name}: ${columnsIn(table).join(', ')}`);
      const where = held.length > 0 ? ` in ${column.in}` : '';
      const all = known.join('; ');
      return decodeError(
        error.source,
        `there is no column '${name}'${where}${hintFor(name, meant)} ${all[0].toUpperCase()}${all.slice(1)}`,
      );
    }
    const table = unknownTable.exec(said)?.groups;
    if (table !== undefined)
      return decodeError(
        error.source,
        `there is no table '${table.a ?? table.b}'; the tables are ${tables.map((one) => one.name).join(' and ')}`,
      );
    return error;
  };
