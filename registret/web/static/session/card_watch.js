/* Asks, while a page is open, whether the card is still in. The server locks the session when it is not; the page only
   hides what it showed. One tab asks for all, and no click puts the next question off. */
import { cardNow } from "./card.js";
import { leave, onWord, sleep, tell } from "./tabs.js";

const CARD_OUT = "card-out";

export const watchCard = (probe, every) => {
  const look = async () => {
    localStorage.setItem("kort", Date.now());
    const card = await cardNow(probe);
    if (card !== "none" && card !== "other") return;
    tell(CARD_OUT);
    leave();
  };
  const takeTurns = async () => {
    for (let failures = 0; !document.body.hidden;) {
      const since = (Date.now() - Number(localStorage.getItem("kort") || 0)) / 1000;
      const wait = failures ? Math.min(2 ** failures, every) : every - since;
      if (wait > 0) await sleep(Math.min(wait, every));
      /* A card that leaves in the middle of an answer looks like a network that is gone: ask again soon. */
      try {
        await look();
        failures = 0;
      } catch {
        failures += 1;
      }
    }
  };

  onWord(CARD_OUT, leave);
  navigator.locks.request("kort", takeTurns);
  /* Timers sleep in a tab that nobody sees. */
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) look().catch(() => {});
  });
};
