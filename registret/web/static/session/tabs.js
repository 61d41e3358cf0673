/* What the tabs of one browser tell each other about their session, and how a page leaves it. */

const channel = new BroadcastChannel("session");

export const tell = (word) => channel.postMessage(word);

/* Call `act` when another tab says `word`. */
export const onWord = (word, act) => {
  channel.addEventListener("message", ({ data }) => {
    if (data === word) act();
  });
};

export const sleep = (seconds) => new Promise((done) => {
  setTimeout(done, seconds * 1000);
});

/* The seconds until the session ends; 0 if it is over or locked. Asking does not renew it.
   Throws while the server cannot answer: an error says nothing about the session. */
export const secondsLeft = async () => {
  const answer = await fetch("/session", { headers: { Accept: "application/json" }, cache: "no-store" });
  if (answer.ok) return (await answer.json()).left;
  if (answer.status === 401 || answer.status === 423) return 0;
  throw new Error(`the session is unknown: ${answer.status}`);
};

export const hide = () => {
  document.body.hidden = true;
};

/* Hide the page and go to the one that says why. Only for a session that is over or locked: on a living one the new
   page would count as a click. A form with answers that are not saved hides them and stays instead. */
export const leave = () => {
  hide();
  if (!document.dispatchEvent(new Event("registret:leave", { cancelable: true }))) return;
  /* Nothing more can be saved, so the browser need not ask whether to stay. */
  addEventListener("beforeunload", (event) => event.stopImmediatePropagation(), { capture: true });
  location.replace(document.body.dataset.back);
};
