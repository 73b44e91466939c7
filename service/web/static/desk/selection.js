/* Words that are selected in a comment are offered to be redacted. */

/** Copy what is selected in the text of the element that *at* returns to its fields for it. */
export function selected(at) {
  document.addEventListener("selectionchange", () => {
    const selection = getSelection();
    const text = selection.rangeCount && !selection.isCollapsed ? selection.toString().trim() : "";
    const place = at();
    if (!text || !place?.querySelector(".desk-text")?.contains(selection.getRangeAt(0).commonAncestorContainer)) return;
    for (const field of place.querySelectorAll("[data-selection]")) field.value = text;
  });
}
