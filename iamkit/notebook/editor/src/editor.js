import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, isolateHistory } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { diagnosticCount, lintGutter, nextDiagnostic, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";

import { h, withCode } from "./dom.js";
import { highlighting, theme } from "./theme.js";

/** Makes the CodeMirror editor for a language. `labels` are the attributes by which a screen reader knows it. */
export function createEditor({ text, language, labels, onChange }) {
  // Tab is bound to nothing, so that it leaves the editor.
  const view = new EditorView({
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        lintGutter(),
        highlightSpecialChars(),
        history(),
        indentUnit.of(" ".repeat(language.indent)),
        EditorState.tabSize.of(language.indent),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        language.support,
        syntaxHighlighting(highlighting),
        theme,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of((current) => ({
          ...labels,
          "aria-invalid": diagnosticCount(current.state) > 0 ? "true" : "false",
        })),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString());
        }),
        keymap.of([...closeBracketsKeymap, ...historyKeymap, { key: "F8", run: nextDiagnostic }, ...defaultKeymap]),
      ],
    }),
  });

  return {
    dom: view.dom,
    getText: () => view.state.doc.toString(),

    // One step in the history of its own: a single undo brings the learner's text back.
    setText(next) {
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: next },
        selection: { anchor: 0 },
        annotations: isolateHistory.of("full"),
        userEvent: "input.replace",
      });
    },

    mark(problems) {
      const placed = problems.filter(({ from }) => from !== null);
      view.dispatch(setDiagnostics(view.state, placed.map(toDiagnostic)));
    },

    focusAt(offset) {
      const anchor = Math.min(offset ?? 0, view.state.doc.length);
      view.dispatch({ selection: { anchor }, scrollIntoView: true });
      view.focus();
    },

    measure: () => view.requestMeasure(),
    destroy: () => view.destroy(),
  };
}

function toDiagnostic({ from, to, severity, message, help }) {
  const renderMessage = () => h("div", {}, h("div", {}, ...withCode(message)), ...(help ? [h("small", {}, ...withCode(help))] : []));
  return { from, to, severity, message, renderMessage };
}
