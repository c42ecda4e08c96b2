/** The address of a view: its page, the part of it that a frame shows, and its state. */

export const pageNames = ['draw', 'lab', 'write', 'train'] as const;
export type PageName = (typeof pageNames)[number];

/** The controls that a frame shows: none, those of time, or all of the page. */
export const embedLevels = ['picture', 'time', 'all'] as const;
export type Embed = (typeof embedLevels)[number];

export interface Address {
  readonly page: PageName;
  /** Undefined for the page itself, not in a frame. */
  readonly embed: Embed | undefined;
  /** The state as text; empty for the initial state of the page. */
  readonly state: string;
  /** Whether the page of the address exists. */
  readonly known: boolean;
}

const isPage = (name: string): name is PageName => pageNames.some((page) => page === name);
const isEmbed = (name: string): name is Embed => embedLevels.some((level) => level === name);

/**
 * Reads `#/draw`, `#/draw/STATE` and `#/embed-time/draw/STATE`.
 */
export const readAddress = (hash: string): Address => {
  const parts = hash.replace(/^#\/?/, '').split('/');
  const level = parts[0].startsWith('embed-') ? parts[0].slice(6) : undefined;
  const [page = '', state = '', ...rest] = level === undefined ? parts : parts.slice(1);
  const embed = level !== undefined && isEmbed(level) ? level : undefined;
  const known =
    rest.length === 0 && (page === '' || isPage(page)) && (level === undefined || embed !== undefined);
  return { page: isPage(page) ? page : 'draw', embed, state: known ? state : '', known };
};

export const writeAddress = (page: PageName, state: string, embed?: Embed): string =>
  `#/${embed === undefined ? '' : `embed-${embed}/`}${page}${state === '' ? '' : `/${state}`}`;
