/* What a page does about the session that it is shown in. Each page works without it. */
import { watchCard } from "./card_watch.js";
import { watchIdleTime } from "./idle.js";
import { followLogOut } from "./log_out.js";
import { afterLogOut } from "./logged_out.js";

const { back, probe, every } = document.body.dataset;
const idle = document.getElementById("idle");
const loggedOut = document.getElementById("kortvakt");

if (back) followLogOut();
if (idle) watchIdleTime(idle);
if (probe) watchCard(probe, Number(every));
if (loggedOut) afterLogOut(loggedOut);
