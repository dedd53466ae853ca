/** What a project may need and a browser may lack, by the name in the page. */
const lacks: Record<string, () => boolean> = {
  webassembly: () => typeof WebAssembly === "undefined",
  // WebKitGTK 2.50 has none even in a page that is isolated across origins. In a page that is not, its absence says nothing.
  "shared-memory": () => crossOriginIsolated && typeof SharedArrayBuffer === "undefined",
};

/** Shows what this browser lacks for the project of the page. */
export function tellWhatIsLacking(root: ParentNode): void {
  for (const notice of root.querySelectorAll<HTMLElement>("[data-engine-notice]")) {
    for (const line of notice.querySelectorAll<HTMLElement>("[data-lacks]")) {
      line.hidden = lacks[line.dataset["lacks"] ?? ""]?.() !== true;
      if (!line.hidden) notice.hidden = false;
    }
  }
}
