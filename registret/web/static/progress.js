/* A page of work that goes on by itself shows how far it has come; without a script it is asked for again by hand. */

const PAUSE = 2000;

async function look() {
  let answer;
  try {
    answer = await fetch(location.href, { headers: { "X-By-Itself": "1" } });
  } catch { /* away for a moment */ }
  if (answer?.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [shown, now] = [document, page].map((one) => one.querySelector("[data-progress]"));
    if (now === null) {
      document.title = page.title;
      document.querySelector("main").replaceWith(page.querySelector("main"));
      return;
    }
    shown.replaceChildren(...now.childNodes);
  }
  if (!answer || answer.ok) setTimeout(look, PAUSE);
}

if (document.querySelector("[data-progress]")) setTimeout(look, PAUSE);
