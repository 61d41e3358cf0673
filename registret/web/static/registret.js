/* Everything here is a comfort: each page works without it. */
"use strict";

/* An error summary takes focus, so that the first thing read is what to mend. */
document.querySelector(".errs")?.focus();

/* A dialog that the server has opened becomes a real one: focus stays inside, Escape means "Ändra". */
for (const dialog of document.querySelectorAll("dialog[data-modal]")) {
  dialog.close();
  dialog.showModal();
  dialog.querySelector("[autofocus]")?.focus();
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    dialog.querySelector("[name=change]").click();
  });
}

/* A text to take along: one press instead of marking it. */
for (const button of document.querySelectorAll("[data-copy]")) {
  const status = button.parentElement.querySelector("[data-copied]");
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(field.value);
      status.textContent = status.dataset.copied;
    } catch { field.select(); }
  });
}
