// The secret stands behind the '#', which no browser sends anywhere: no log and no Referer holds it. It leaves the
// address bar and the history at once, and the profile is opened only by a press: a link alone changes nothing.
"use strict";
const secret = location.hash.slice(1);
history.replaceState(null, "", location.pathname);

const news = document.getElementById("news");
const button = document.getElementById("open");

async function ask(open) {
  const answer = await fetch("door/key", {
    method: "POST",
    headers: { "content-type": "application/json" },
    credentials: "same-origin",
    cache: "no-store",
    body: JSON.stringify({ link: secret, open }),
  });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error);
  return told;
}

function fail(error) {
  news.textContent = error instanceof TypeError ? "The program does not answer; please try again." : error.message;
  document.getElementById("buttons").hidden = true;
  document.getElementById("back").hidden = false;
}

async function begin() {
  const { name } = await ask(false);
  news.textContent = `It opens the profile ${name === null ? "without a name" : `“${name}”`}: what you rate in this browser ` +
    "then counts for it, until you switch back under You. Open it only if it is yours, or somebody shares it with you. " +
    "The profiles that this browser has stay.";
  document.getElementById("buttons").hidden = false;
  button.focus();
}

button.addEventListener("click", async () => {
  button.disabled = true;
  try {
    await ask(true);
    location.replace("you");
  } catch (error) {
    fail(error);
  }
});

begin().catch(fail);
