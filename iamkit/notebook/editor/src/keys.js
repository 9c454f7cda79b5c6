// JupyterLab listens to keys on the document: what is typed here must not reach it, or `a` in a button adds a cell.
// Tab, Escape outside the editor, and combinations with Ctrl or Cmd that nothing here uses (save, the palette) go on.

/** Handles the keys of the widget: `check()` and `leave()` are what Ctrl/Cmd-Enter and Escape do. */
export function handleKeys(section, { inEditor, check, leave }) {
  // Before the editor sees them, so that no binding of its own takes them.
  const first = (event) => {
    if (event.isComposing) return;
    const submits = event.key === "Enter" && (event.ctrlKey || event.metaKey || (event.shiftKey && inEditor(event.target)));
    const leaves = event.key === "Escape" && inEditor(event.target);
    if (!submits && !leaves) return;
    event.preventDefault();
    event.stopPropagation();
    if (submits) check();
    else leave();
  };
  // After the editor and the buttons had them.
  const last = (event) => {
    const passes = event.key === "Tab" || event.key === "Escape" || event.ctrlKey || event.metaKey;
    if (!passes || event.defaultPrevented) event.stopPropagation();
  };
  section.addEventListener("keydown", first, { capture: true });
  section.addEventListener("keydown", last);
}

/** Moves the focus from the widget to the notebook cell around it. */
export function leaveTo(section) {
  const cell = section.closest(".jp-Cell, .cell");
  cell?.focus();
  if (!cell || section.contains(document.activeElement)) section.focus();
}
