/* The warning before the session ends. The server decides when that is; clicks in other tabs count, so the page asks
   before it warns, and goes on asking while it warns. */
import { leave, secondsLeft } from "./tabs.js";

const inWords = (seconds) => (seconds > 60 ? `${Math.ceil(seconds / 60)} min` : `${seconds} s`);

export const watchIdleTime = (dialog) => {
  const { idle: whole, warn } = document.body.dataset;
  const words = dialog.querySelector("[data-idle-left]");
  let timer = 0;
  let endsAt = 0;

  const later = (seconds) => {
    clearTimeout(timer);
    timer = setTimeout(look, Math.max(1, seconds) * 1000);
  };
  const count = () => {
    words.textContent = inWords(Math.max(0, Math.round((endsAt - Date.now()) / 1000)));
  };
  const look = async () => {
    let seconds;
    try {
      seconds = await secondsLeft();
    } catch {
      later(15);
      return;
    }
    if (seconds <= 0) {
      leave();
      return;
    }
    if (seconds > Number(warn)) {
      dialog.close();
      later(seconds - Number(warn));
      return;
    }
    endsAt = Date.now() + seconds * 1000;
    count();
    if (!dialog.open) dialog.showModal();
    later(Math.min(seconds, 10));
  };
  const goOn = async (event) => {
    event.preventDefault();
    const form = dialog.querySelector("form");
    let answer;
    try {
      answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
    } catch {
      return;
    }
    dialog.close();
    later(answer.ok ? Number(whole) - Number(warn) : 0);
  };

  later(Number(whole) - Number(warn));
  setInterval(() => {
    if (dialog.open) count();
  }, 1000);
  dialog.addEventListener("submit", goOn);
  dialog.addEventListener("cancel", goOn);
  /* Timers sleep in a tab that nobody sees, and in a computer that sleeps. */
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) look();
  });
};
