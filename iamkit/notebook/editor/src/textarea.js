import { h } from "./dom.js";

/** Makes a plain text box with the editor's interface, for where CodeMirror cannot run. */
export function createTextarea({ text, labels, onChange }) {
  const box = h("textarea", { class: "iamkit-textarea", spellcheck: "false", autocapitalize: "off", rows: 14, ...labels });
  box.value = text;
  box.addEventListener("input", () => onChange(box.value));

  return {
    dom: box,
    getText: () => box.value,

    // `insertText` keeps the browser's undo history, which setting `value` would end.
    setText(next) {
      const focused = document.activeElement;
      box.focus({ preventScroll: true });
      box.select();
      if (!document.execCommand("insertText", false, next)) box.value = next;
      box.setSelectionRange(0, 0);
      if (focused !== box) focused?.focus?.({ preventScroll: true });
      onChange(box.value);
    },

    mark: (problems) => box.setAttribute("aria-invalid", problems.length > 0 ? "true" : "false"),

    focusAt(offset) {
      box.focus();
      box.setSelectionRange(offset ?? 0, offset ?? 0);
    },

    measure: () => {},
    destroy: () => box.remove(),
  };
}
