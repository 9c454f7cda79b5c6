import { HighlightStyle } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

// The custom properties are set in style.css from JupyterLab's own, one place for both themes.
export const theme = EditorView.theme({
  "&": { color: "var(--iamkit-text)", backgroundColor: "transparent", fontSize: "var(--jp-code-font-size, 13px)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--jp-code-font-family, monospace)", lineHeight: "1.6" },
  ".cm-content": { padding: "12px 0", caretColor: "var(--jp-editor-cursor-color, currentColor)", minHeight: "9.6em" },
  ".cm-line": { padding: "0 16px 0 8px" },
  ".cm-gutters": { color: "var(--iamkit-muted)", backgroundColor: "transparent", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 6px 0 14px", minWidth: "34px" },
  ".cm-gutter-lint": { width: "14px" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "0", display: "flex", alignItems: "center", justifyContent: "center" },
  ".cm-lint-marker": { width: "8px", height: "8px", borderRadius: "50%", content: "none" },
  ".cm-lint-marker-error": { content: "none", backgroundColor: "var(--iamkit-error)" },
  ".cm-lint-marker-warning": { content: "none", backgroundColor: "var(--iamkit-warning)", borderRadius: "1px" },
  ".cm-lintRange": { backgroundImage: "none", textDecoration: "underline wavy 1.5px", textUnderlineOffset: "4px", paddingBottom: "0" },
  ".cm-lintRange-error": { textDecorationColor: "var(--iamkit-error)", backgroundImage: "none" },
  ".cm-lintRange-warning": { textDecorationColor: "var(--iamkit-warning)", backgroundImage: "none" },
  ".cm-lintRange-active": { backgroundColor: "transparent" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "transparent",
    outline: "1px solid var(--iamkit-accent)",
    borderRadius: "2px",
  },
  ".cm-nonmatchingBracket, &.cm-focused .cm-nonmatchingBracket": { backgroundColor: "transparent" },
  ".cm-tooltip": {
    color: "var(--iamkit-text)",
    backgroundColor: "var(--iamkit-surface)",
    border: "1px solid var(--iamkit-border)",
    borderRadius: "6px",
    boxShadow: "0 4px 16px rgba(0, 0, 0, 0.18)",
    overflow: "hidden",
  },
  ".cm-diagnostic": { padding: "8px 12px", margin: "0", fontFamily: "var(--jp-ui-font-family, sans-serif)", borderLeft: "3px solid var(--iamkit-error)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--iamkit-warning)" },
});

export const highlighting = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--iamkit-name)" },
  { tag: tags.string, color: "var(--iamkit-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--iamkit-number)" },
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier, tags.self], color: "var(--iamkit-keyword)", fontWeight: "600" },
  { tag: [tags.definition(tags.function(tags.variableName)), tags.definition(tags.className)], color: "var(--iamkit-name)" },
  { tag: [tags.comment, tags.docString], color: "var(--iamkit-comment)", fontStyle: "italic" },
  { tag: [tags.separator, tags.brace, tags.squareBracket], color: "var(--iamkit-text)" },
]);
