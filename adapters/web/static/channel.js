// Keeps the page up to date and sends its forms without leaving it. Everything also works
// without this file: each form is an ordinary one.
"use strict";

const entries = document.getElementById("entries");
const text = document.getElementById("text");
const problem = document.getElementById("problem");
const commands = document.getElementById("commands");
const allCommands = [...commands.children];
const options = JSON.parse(text.dataset.options);
const me = entries.dataset.as;
let last = Number(entries.dataset.last);
let asking = false;
let askAgain = false;

function isAtEnd() {
  return window.innerHeight + window.scrollY >= document.body.scrollHeight - 160;
}

function goToEnd() {
  window.scrollTo({ top: document.body.scrollHeight });
}

// Pictures make room for themselves only when they are there.
function goToEndWithPictures() {
  goToEnd();
  for (const picture of entries.querySelectorAll("img")) {
    if (!picture.complete) picture.addEventListener("load", goToEnd, { once: true });
  }
}

async function refresh() {
  if (asking) {
    askAgain = true;
    return;
  }
  asking = true;
  try {
    const answer = await fetch(`/news?as=${encodeURIComponent(me)}&after=${last}`);
    if (answer.ok) show(await answer.json());
  } catch {
    document.getElementById("next").textContent = "the demo has ended";
  }
  asking = false;
  if (askAgain) {
    askAgain = false;
    refresh();
  }
}

function show(news) {
  const wasAtEnd = isAtEnd();
  document.getElementById("clock").textContent = news.clock;
  document.getElementById("next").textContent = news.next;
  for (const [number, count] of Object.entries(news.reactions)) {
    const shown = entries.querySelector(`.count[data-entry="${number}"]`);
    if (shown) shown.textContent = count;
  }
  for (const number of news.filled) {
    const form = document.querySelector(`#entry-${number} form.sheet`);
    if (form && form.querySelector("button")) form.innerHTML = '<p class="note">Sent.</p>';
  }
  if (news.last > last) {
    last = news.last;
    entries.insertAdjacentHTML("beforeend", news.html);
    const form = entries.lastElementChild.querySelector("form.sheet");
    const field = form && form.querySelector("textarea, input:not([type=hidden]), select");
    if (field) field.focus();
    if (wasAtEnd || field) goToEndWithPictures();
  }
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  event.preventDefault();
  const body = new FormData(form, event.submitter);
  const buttons = form.querySelectorAll("button");
  buttons.forEach((button) => (button.disabled = true));
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "x-script": "1" } });
    problem.hidden = answer.ok;
    if (!answer.ok) problem.textContent = await answer.text();
    if (form.classList.contains("say") && answer.ok) {
      form.reset();
      suggest();
      goToEnd();
    }
  } catch {
    problem.hidden = false;
    problem.textContent = "The demo has ended. Start it again in its terminal.";
  }
  buttons.forEach((button) => (button.disabled = false));
  refresh();
});

document.getElementById("as").addEventListener("change", (event) => event.target.form.submit());

// Behind a whole command come its options.
function suggest() {
  const typed = text.value;
  const command = Object.keys(options).filter((one) => typed.startsWith(`${one} `)).pop();
  const left = command ? options[command].filter((one) => !typed.includes(` ${one}`)) : [];
  const word = typed.slice(typed.lastIndexOf(" ") + 1);
  const stem = typed.slice(0, typed.length - word.length);
  const fitting = left.filter((one) => one.startsWith(word)).map((one) => new Option(stem + one));
  commands.replaceChildren(...(command ? fitting : allCommands));
}

text.addEventListener("input", suggest);
goToEndWithPictures();
new EventSource("/changes").addEventListener("message", refresh);
