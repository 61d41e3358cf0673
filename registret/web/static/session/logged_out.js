/* After logging out: asks the card host of the login, every other second, whether the card is still in. */
import { cardNow } from "./card.js";
import { tellLoggedOut } from "./log_out.js";

const EVERY = 2;
const PATIENCE = 15 * 60;
/* Chromium remembers for a host that the card was out, and shows it no card that is put back. So the page does not go
   on saying that the card is out, but makes room for the next login. */
const SURE_FOR = 60;

/* `state` is "unknown", "in" or "out". */
const show = (page, state) => {
  page.closest("main").classList.toggle("out", state === "out");
  for (const part of page.querySelectorAll("[data-when]")) {
    part.hidden = !part.dataset.when.split(" ").includes(state);
  }
};

const watchReader = (page, probe) => {
  const end = Date.now() + PATIENCE * 1000;
  let outSince = 0;
  const ask = async () => {
    const asked = Date.now();
    try {
      const card = await cardNow(probe);
      if (!card) return;
      outSince = card === "none" ? outSince || asked : 0;
      show(page, card === "none" ? "out" : "in");
    } catch { /* The network is gone for a moment: the page keeps what it last knew. */ }
    /* Some cards want their PIN for each answer: people who have logged out are not asked for it again and again. */
    if (Date.now() - asked > 5000) {
      show(page, "unknown");
      return;
    }
    if (outSince && Date.now() - outSince > SURE_FOR * 1000) location.replace("/");
    else if (Date.now() < end) setTimeout(ask, EVERY * 1000);
  };
  ask();
};

export const afterLogOut = (page) => {
  tellLoggedOut();
  /* The probe's address is only for this page: out of sight, and kept for when the page is loaded again. */
  if (location.hash.startsWith("#https://")) {
    history.replaceState({ probe: location.hash.slice(1) }, "", location.pathname);
  }
  const probe = history.state?.probe;
  if (probe) watchReader(page, probe);
};
