// The OpenAI-compatible API of this application, as far as the page uses it.

/** What went wrong, in a sentence for the reader. */
export class ApiFailure extends Error {}

/** The public name of the model that is served. */
export async function servedModel() {
  const response = await request("v1/models");
  const models = await response.json();
  return models.data[0].id;
}

/**
 * Asks for an answer and yields what the stream says: {text}, a piece of the answer, and at its end {finishReason, usage, timings}.
 * Aborting the signal ends the request, and with it the work of the model.
 */
export async function* streamAnswer(question, signal) {
  const body = JSON.stringify({ ...question, stream: true, stream_options: { include_usage: true } });
  const response = await request("v1/chat/completions", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body,
    signal,
  });
  const end = {};
  for await (const data of serverSentEvents(response.body)) {
    if (data === "[DONE]") {
      yield end;
      return;
    }
    const chunk = JSON.parse(data);
    if (chunk.error) {
      throw new ApiFailure(chunk.error.message);
    }
    const choice = chunk.choices[0];
    if (choice?.delta.content) {
      yield { text: choice.delta.content };
    }
    end.finishReason ??= choice?.finish_reason;
    end.usage ??= chunk.usage;
    end.timings ??= chunk.olmo;
  }
  throw new ApiFailure("The connection broke before the answer was complete.");
}

async function request(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (failure) {
    if (failure.name === "AbortError") {
      throw failure;
    }
    throw new ApiFailure("The application cannot be reached. Is it still running?");
  }
  if (!response.ok) {
    throw new ApiFailure(await explain(response));
  }
  return response;
}

async function explain(response) {
  let message = `The application answered with status ${response.status}.`;
  try {
    message = (await response.json()).error.message;
  } catch {
    // Not an answer of the API, such as a proxy's page: the status has to do.
  }
  const wait = response.headers.get("Retry-After");
  return wait ? `${message} Try again in ${wait} s.` : message;
}

/** The data of server-sent events; comments (lines that begin with a colon) keep the connection alive and say nothing. */
async function* serverSentEvents(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) {
        return;
      }
      buffer += value;
      const events = buffer.split("\n\n");
      buffer = events.pop();
      for (const event of events) {
        if (event.startsWith("data:")) {
          yield event.slice("data:".length).trim();
        }
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
