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

/** Makes the names of all snippets of the page reachable; to be called again on another page. */
export const reachTypes = (): void => {
  for (const snippet of document.querySelectorAll('.vp-doc .twoslash'))
    for (const [at, name] of names(snippet).entries()) name.tabIndex = at === 0 ? 0 : -1;
  document.removeEventListener('keydown', onKey);
  document.addEventListener('keydown', onKey);
};
