/**
 * Types by the keyboard: a snippet is one stop of Tab, arrows go from name to name, and the name that has the focus shows its
 * type, as one under the pointer does. Escape hides it. A screen reader hears the type as the description of the name.
 */

const names = (snippet: Element): readonly HTMLElement[] => [
  ...snippet.querySelectorAll<HTMLElement>('.twoslash-hover > span'),
];

const ahead: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

const onKey = (event: KeyboardEvent): void => {
  const from = event.target;
  if (!(from instanceof HTMLElement) || event.ctrlKey || event.altKey || event.metaKey) return;
  const snippet = from.closest('.twoslash');
  if (snippet === null) return;
  const all = names(snippet);
  const at = all.indexOf(from);
  if (at < 0) return;
  if (event.key === 'Escape') from.blur();
  const by = ahead[event.key];
  if (by === undefined) return;
  event.preventDefault();
  const to = all[(at + by + all.length) % all.length];
  from.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
};

/**
 * The page as it is sent has an identifier of its own for each type, and a name refers to another one, drawn in the browser. So the
 * type that was just put at the end of the main part takes the identifier by which its name is described.
 */
const describe = (changes: readonly MutationRecord[]): void => {
  for (const { target } of changes) {
    const id = target instanceof HTMLElement ? target.getAttribute('aria-describedby') : null;
    if (id === null || document.getElementById(id) !== null) continue;
    const type = [...document.querySelectorAll('main > .v-popper__popper')].at(-1);
    if (type !== undefined) type.id = id;
  }
};

// Made in a browser alone: pages are first written by Node, which has none.
let watching: MutationObserver | undefined;

/** Makes the names of all snippets of the page reachable; to be called again on another page. */
export const reachTypes = (): void => {
  watching?.disconnect();
  watching = new MutationObserver(describe);
  for (const snippet of document.querySelectorAll('.vp-doc .twoslash'))
    for (const [at, name] of names(snippet).entries()) {
      name.tabIndex = at === 0 ? 0 : -1;
      watching.observe(name, { attributeFilter: ['aria-describedby'] });
    }
  document.removeEventListener('keydown', onKey);
  document.addEventListener('keydown', onKey);
};
