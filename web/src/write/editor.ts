/** The editor: CodeMirror with types, completions and problems from the language service. */

import { autocompletion, type CompletionContext, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { forceLinting, linter, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  hoverTooltip,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { Caller } from '../engine/call.js';
import type { LanguageHandlers, Problem } from './language-worker.js';

const style = HighlightStyle.define([
  { tag: [tags.keyword, tags.moduleKeyword, tags.controlKeyword], color: 'var(--code-keyword)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--code-number)' },
  { tag: [tags.comment], color: 'var(--muted)', fontStyle: 'italic' },
  { tag: [tags.function(tags.variableName)], color: 'var(--code-function)' },
  { tag: [tags.typeName], color: 'var(--code-type)' },
]);

const look = EditorView.theme({
  '&': { fontSize: '13px', backgroundColor: 'var(--paper)', color: 'var(--ink)', height: '100%' },
  '.cm-content': { fontFamily: 'var(--mono)', padding: '10px 0', caretColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'var(--paper)', color: 'var(--muted)', border: '0' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--sunk) 60%, transparent)' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent', color: 'var(--ink)' },
  '&.cm-focused': { outline: 'none' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--soft) !important',
  },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--paper)',
    color: 'var(--ink)',
    border: '1px solid var(--line)',
    borderRadius: '6px',
    maxWidth: '40rem',
  },
  '.cm-tooltip pre': { margin: 0, padding: '8px 10px', whiteSpace: 'pre-wrap', fontSize: '12px' },
  '.cm-tooltip p': { margin: 0, padding: '0 10px 8px', fontSize: '12px', color: 'var(--muted)' },
  '.cm-diagnostic': { fontFamily: 'var(--mono)', fontSize: '12px', whiteSpace: 'pre-wrap' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--accent)',
    color: 'var(--on-accent)',
  },
});

export interface Editing {
  readonly text: () => string;
  readonly replace: (text: string) => void;
  /** Marks a line with a message of the build. */
  readonly point: (line: number, column: number, message: string) => void;
  readonly recheck: () => void;
  readonly end: () => void;
}

export const openEditor = (
  parent: HTMLElement,
  text: string,
  language: Caller<LanguageHandlers>,
  changed: (text: string) => void,
  checked: (problems: readonly Problem[]) => void,
): Editing => {
  const textOf = (state: EditorState): string => state.doc.toString();
  const problems = linter(
    async (view) => {
      const found = await language.call('check', { text: textOf(view.state) });
      checked(found);
      return found
        .filter(({ to }) => to <= view.state.doc.length)
        .map(({ from, to, message, severity }) => ({ from, to, message, severity, source: 'TypeScript' }));
    },
    { delay: 350 },
  );
  const hover = hoverTooltip(async (view, at) => {
    const found = await language.call('hover', { text: textOf(view.state), at });
    if (found === null) return null;
    return {
      pos: found.from,
      end: found.to,
      above: true,
      create: () => {
        const dom = document.createElement('div');
        dom.className = 'type-tip';
        const type = document.createElement('pre');
        type.textContent = found.type;
        dom.append(type);
        if (found.documentation !== '') {
          const words = document.createElement('p');
          words.textContent = found.documentation;
          dom.append(words);
        }
        return { dom };
      },
    };
  });
  const complete = async (context: CompletionContext) => {
    const word = context.matchBefore(/[\w$]*/);
    if (word === null || (word.from === word.to && !context.explicit && context.matchBefore(/\./) === null))
      return null;
    const found = await language.call('complete', { text: textOf(context.state), at: context.pos });
    return { from: word.from, options: found.map(({ name }) => ({ label: name })), validFor: /^[\w$]*$/ };
  };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        highlightActiveLine(),
        javascript({ typescript: true }),
        syntaxHighlighting(style),
        look,
        problems,
        lintGutter(),
        hover,
        autocompletion({ override: [complete] }),
        keymap.of([...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap, indentWithTab]),
        EditorView.contentAttributes.of({
          tabindex: '0',
          'aria-label': 'The program, in TypeScript. Escape, then Tab leaves the editor.',
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) changed(textOf(update.state));
        }),
      ],
    }),
  });
  return {
    text: () => textOf(view.state),
    replace: (next) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } }),
    point: (line, column, message) => {
      if (line < 1 || line > view.state.doc.lines) return;
      const at = view.state.doc.line(line);
      const from = Math.min(at.to, at.from + Math.max(0, column - 1));
      view.dispatch(
        setDiagnostics(view.state, [{ from, to: at.to, message, severity: 'error', source: 'drumhead' }]),
      );
    },
    recheck: () => forceLinting(view),
    end: () => view.destroy(),
  };
};
