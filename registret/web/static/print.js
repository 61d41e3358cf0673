/* A button that prints the page; without a script the browser's own menu does. Paper cannot be unfolded. */

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

const folded = new Set();

addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details:not([open])")) {
    folded.add(details);
    details.open = true;
  }
});

addEventListener("afterprint", () => {
  for (const details of folded) details.open = false;
  folded.clear();
});
