import { ApiFailure, servedModel, streamAnswer } from "./completions.js";

const byId = (id) => document.getElementById(id);
const scroller = document.querySelector("main");
const messages = byId("messages");
const welcome = byId("welcome");
const question = byId("question");
const send = byId("send");
const stop = byId("stop");
const settings = byId("settings");
const temperature = byId("temperature");
const maxTokens = byId("max-tokens");

/** Public name of the model that this application brings; any other is a model of the reader's own. */
const DEMO_MODEL = "demo-model";
/** Answered questions and their answers, as the model gets them again with the next question. */
let history = [];
let model = null;
/** The running answer's AbortController; null if none runs. */
let running = null;

showModel();
updateComposer();

byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  ask(question.value);
});

question.addEventListener("input", updateComposer);
question.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    ask(question.value);
  }
});

byId("examples").addEventListener("click", (event) => {
  const example = event.target.closest("button");
  if (example) {
    ask(example.textContent);
  }
});

stop.addEventListener("click", () => running?.abort());

byId("new-conversation").addEventListener("click", () => {
  running?.abort();
  running = null;
  history = [];
  messages.replaceChildren();
  welcome.hidden = false;
  updateComposer();
  question.focus();
});

byId("open-settings").addEventListener("click", () => settings.showModal());
settings.addEventListener("click", (event) => {
  if (event.target === settings && settings.querySelector("form").reportValidity()) {
    settings.close();
  }
});
temperature.addEventListener("input", () => {
  byId("temperature-value").textContent = temperature.value;
});

async function showModel() {
  const label = byId("model");
  try {
    model = await servedModel();
    label.textContent = model;
    if (model === DEMO_MODEL) {
      byId("honest").textContent =
        "This is a tiny demo model that knows one model card. It is not an official OLMo, and it can be wrong.";
    }
  } catch (failure) {
    label.textContent = failure.message;
  }
}

function ask(text) {
  const content = text.trim();
  if (!content || running) {
    return;
  }
  welcome.hidden = true;
  question.value = "";
  addMessage("user", content);
  answer(content);
}

async function answer(content) {
  const controller = new AbortController();
  running = controller;
  updateComposer();
  const view = addAnswer();
  const asked = { role: "user", content };
  let text = "";
  try {
    const stream = streamAnswer(
      {
        ...(model && { model }),
        messages: [...history, asked],
        temperature: temperature.valueAsNumber,
        max_tokens: maxTokens.checkValidity() ? maxTokens.valueAsNumber : 256,
      },
      controller.signal,
    );
    for await (const piece of stream) {
      if (piece.text) {
        text += piece.text;
        view.show(text);
      } else {
        view.finish(text, piece);
      }
    }
  } catch (failure) {
    if (controller.signal.aborted) {
      view.stopped(text);
    } else {
      view.failed(text, failure, () => answer(content));
      text = "";
    }
  }
  // A conversation begun anew meanwhile has nothing to do with this answer.
  if (running === controller) {
    if (text) {
      history.push(asked, { role: "assistant", content: text });
    }
    running = null;
    updateComposer();
    question.focus({ preventScroll: true });
  }
}

function addMessage(role, text) {
  const article = element("article", `message ${role}`);
  article.setAttribute("aria-label", role === "user" ? "You" : "Model");
  const bubble = element("div", "bubble");
  bubble.textContent = text;
  article.append(bubble);
  messages.append(article);
  scroller.scrollTop = scroller.scrollHeight;
  return article;
}

/** The bubble of an answer that is being written, and what can become of it. */
function addAnswer() {
  const article = addMessage("assistant", "");
  const bubble = article.querySelector(".bubble");
  const meta = element("p", "meta");
  const dots = element("span", "waiting");
  dots.setAttribute("aria-hidden", "true");
  dots.append(element("i"), element("i"), element("i"));
  bubble.append(dots);
  article.append(meta);
  article.setAttribute("aria-busy", "true");
  const begun = performance.now();
  let firstPiece = null;
  let pieces = 0;

  const settle = (text, ...facts) => {
    article.setAttribute("aria-busy", "false");
    bubble.textContent = text;
    bubble.hidden = !text;
    meta.replaceChildren(...facts.filter(Boolean).map(fact));
  };
  const sticking = (change) => {
    const atBottom = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
    change();
    if (atBottom) {
      scroller.scrollTop = scroller.scrollHeight;
    }
  };

  return {
    show(text) {
      const now = performance.now();
      firstPiece ??= now;
      pieces++;
      sticking(() => {
        bubble.textContent = text;
        const seconds = (now - firstPiece) / 1000;
        meta.replaceChildren(
          ...[firstToken(firstPiece - begun), seconds > 0.2 && speed((pieces - 1) / seconds)].filter(Boolean).map(fact),
        );
      });
    },
    finish(text, { finishReason, usage, timings }) {
      sticking(() =>
        settle(
          text || "(no answer)",
          usage && `${usage.completion_tokens} tokens`,
          timings?.tokens_per_second && speed(timings.tokens_per_second),
          timings?.time_to_first_token_ms && firstToken(timings.time_to_first_token_ms),
          finishReason === "length" && "cut off at the longest answer",
        ),
      );
      announce(text);
    },
    stopped(text) {
      sticking(() => settle(text, "stopped"));
      announce("Stopped");
    },
    failed(text, failure, again) {
      const box = element("div", "failure");
      box.setAttribute("role", "alert");
      const reason = element("span");
      reason.textContent =
        failure instanceof ApiFailure ? failure.message : "The page could not read the answer. Reload it and try again.";
      const retry = element("button");
      retry.type = "button";
      retry.textContent = "Try again";
      retry.addEventListener("click", () => {
        if (!running) {
          article.remove();
          again();
        }
      });
      box.append(reason, retry);
      sticking(() => {
        settle(text);
        article.append(box);
      });
      if (!(failure instanceof ApiFailure)) {
        console.error(failure);
      }
    },
  };
}

function updateComposer() {
  send.disabled = !question.value.trim();
  send.hidden = running !== null;
  stop.hidden = running === null;
  question.style.height = "auto";
  question.style.height = `${question.scrollHeight}px`;
}

function announce(text) {
  byId("announcement").textContent = text;
}

function firstToken(milliseconds) {
  return `first token in ${milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`}`;
}

function speed(tokensPerSecond) {
  return `${tokensPerSecond < 10 ? tokensPerSecond.toFixed(1) : Math.round(tokensPerSecond)} tokens/s`;
}

function fact(text) {
  const span = element("span");
  span.textContent = text;
  return span;
}

function element(name, className = "") {
  const created = document.createElement(name);
  created.className = className;
  return created;
}
