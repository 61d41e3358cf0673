/* Whether the card is still in, as the card host of the login answers: "same", "none", "other", or null if it does not
   know that login any more. Throws while the host cannot be reached. */
export const cardNow = async (address) => {
  const answer = await fetch(address, { credentials: "include", cache: "no-store", referrerPolicy: "no-referrer" });
  return answer.ok ? (await answer.json()).card : null;
};
