/* The whole number of a patient in the head of a step, without leaving the form; the log tells of it. */

const form = document.querySelector("[data-show-number]");
form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = new FormData(form);
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.statusText);
    document.querySelector("[data-number]").textContent = (await answer.json()).number;
    form.remove();
  } catch {
    form.querySelector("[data-failed]").hidden = false;
  }
});
