"use strict";
// "/" leads to the search box from anywhere but a field. After a part of the page was changed the
// keyboard goes on there, not at the top of the page.
document.addEventListener("keydown", (event) => {
  const field = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || field || event.ctrlKey || event.metaKey || event.altKey) return;
  const box = document.getElementById("q");
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
});
// What went wrong is a page of its own: htmx would leave the reader before the old one, untold.
for (const wrong of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(wrong, (event) => {
    const { finalRequestPath, requestPath } = event.detail.pathInfo;
    location.assign(finalRequestPath || requestPath);
  });
}
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target.id !== "results" || document.activeElement !== document.body) return;
  document.getElementById("totals")?.focus({ preventScroll: true });
});
