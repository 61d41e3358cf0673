/* Logging out in one tab hides the pages of all tabs at once, and "Back" shows nothing of them. */
import { hide, leave, onWord, secondsLeft, sleep, tell } from "./tabs.js";

const LOGGING_OUT = "logging-out";
const LOGGED_OUT = "logged-out";

/* The other tab has only asked for it: the page stays hidden until the server says how that ended. */
const hideUntilKnown = async () => {
  hide();
  for (let wait = 0.5, isOver = false; !isOver; wait = Math.min(2 * wait, 8)) {
    await sleep(wait);
    try {
      isOver = (await secondsLeft()) <= 0;
      if (!isOver && wait >= 8) {
        document.body.hidden = false;
        return;
      }
    } catch { /* Unknown: ask again. */ }
  }
  leave();
};

/* For a page that is shown within a session. */
export const followLogOut = () => {
  document.addEventListener("submit", ({ target }) => {
    if (new URL(target.action).pathname === "/logga-ut") tell(LOGGING_OUT);
  });
  onWord(LOGGING_OUT, hideUntilKnown);
  onWord(LOGGED_OUT, leave);
  addEventListener("pagehide", ({ persisted }) => {
    if (persisted) hide();
  });
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) location.reload();
  });
};

/* For the page after it. */
export const tellLoggedOut = () => tell(LOGGED_OUT);
