package org.olmo4j.spring.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.olmo4j.spring.openai.ApiCalls.data;
import static org.olmo4j.spring.openai.ApiCalls.json;
import static org.olmo4j.spring.openai.ApiCalls.logProbability;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.constraint.JsonSchema;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.Origin;
import org.olmo4j.engine.Prompt;
import org.olmo4j.engine.ReplayKey;
import org.olmo4j.error.ContextLengthExceededException;
import org.olmo4j.error.DeadlineExceededException;
import org.olmo4j.error.EngineBusyException;
import org.olmo4j.error.EngineClosedException;
import org.olmo4j.error.GenerationFailedException;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.spring.testing.Footprints;
import org.olmo4j.spring.testing.ScriptedEngine;
import org.olmo4j.spring.testing.ScriptedGeneration;
import org.olmo4j.text.ChatMessage;
import org.olmo4j.text.ToolCall;
import org.olmo4j.text.ToolDefinition;
import tools.jackson.databind.JsonNode;

class ChatCompletionsTests {

    private final ScriptedEngine engine = ScriptedEngine.create();
    private final ApiCalls api = new ApiCalls(engine);

    private static final String HELLO = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";

    @Test
    void answersInTheFormOfOpenAi() {
        engine.answer(ScriptedGeneration.of(1, 2, 3)
                .delta("Hello", 1)
                .delta(" world", 2)
                .delta("", 0)
                .endsBy(FinishReason.STOP));

        ApiCalls.Reply reply = api.chat("{\"model\":\"allenai/OLMo-test\"," + HELLO + "}");

        assertThat(reply.status()).isEqualTo(200);
        // 20 ms to the first token; two more tokens in the 500 ms after it are 4 a second.
        assertThat(reply.json()).isEqualTo(json("""
            {
              "id": "chatcmpl-7",
              "object": "chat.completion",
              "created": 1700000000,
              "model": "allenai/OLMo-test",
              "choices": [
                {
                  "index": 0,
                  "message": {"role": "assistant", "content": "Hello world", "refusal": null},
                  "logprobs": null,
                  "finish_reason": "stop"
                }
              ],
              "usage": {
                "prompt_tokens": 3,
                "completion_tokens": 3,
                "total_tokens": 6,
                "prompt_tokens_details": {"cached_tokens": 2}
              },
              "olmo": {"time_to_first_token_ms": 20.0, "tokens_per_second": 4.0, "seed": 1234}
            }
            """));
    }

    @Test
    void reportsTheKeyByWhichAnAnswerCanBeRepeated() {
        String key =
                "olmo-replay-1;fingerprint=f1;backend=cpu;weights=bf16;kv=f32;contract=cpu-1;max-tokens=1;seed=1234";
        engine.answer(ScriptedGeneration.of(1)
                .delta("Hello", 1)
                .replayKey(ReplayKey.parse(key))
                .endsBy(FinishReason.LENGTH));

        assertThat(api.chat("{" + HELLO + "}").json().at("/olmo/replay_key").stringValue())
                .isEqualTo(key);
    }

    @Test
    void reportsWhatAnAnswerCost() {
        engine.answer(ScriptedGeneration.of(1)
                .delta("Hello", 1)
                .footprint(Footprints.of(10))
                .endsBy(FinishReason.LENGTH));

        JsonNode energy = api.chat("{" + HELLO + "}").json().at("/olmo/energy");

        assertThat(energy.get("active_joules").doubleValue()).isEqualTo(10);
        assertThat(energy.get("full_joules").doubleValue()).isEqualTo(12);
        assertThat(energy.get("provenance").stringValue()).isEqualTo("MEASURED_SHARED");
        assertThat(energy.get("covers")).isEqualTo(json("[\"CPU\", \"MEMORY\"]"));
        assertThat(energy.get("location_based_grams").doubleValue()).isCloseTo(12e-4, within(1e-12));
        assertThat(energy.get("market_based_grams").doubleValue()).isCloseTo(12e-5, within(1e-12));
    }

    @Test
    void anUnknownCostIsAbsent() {
        engine.answer(ScriptedGeneration.of(1)
                .delta("Hello", 1)
                .footprint(Footprints.unknown())
                .endsBy(FinishReason.LENGTH));

        assertThat(api.chat("{" + HELLO + "}").json().get("olmo").has("energy")).isFalse();
    }

    @Test
    void streamsTheRoleFirstAndTheFinishReasonLast() {
        engine.answer(ScriptedGeneration.of(1, 2, 3)
                .delta("Hello", 1)
                .delta(" world", 2)
                .endsBy(FinishReason.LENGTH));

        List<String> events = api.chatEvents("{" + HELLO + ",\"stream\":true}");

        String head = "\"id\":\"chatcmpl-7\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,"
                + "\"model\":\"allenai/OLMo-test\"";
        assertThat(events)
                .containsExactly(
                        "data: {" + head + ",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\","
                                + "\"content\":\"\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n",
                        "data: {" + head + ",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"},"
                                + "\"logprobs\":null,\"finish_reason\":null}]}\n\n",
                        "data: {" + head + ",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" world\"},"
                                + "\"logprobs\":null,\"finish_reason\":null}]}\n\n",
                        "data: {" + head + ",\"choices\":[{\"index\":0,\"delta\":{},\"logprobs\":null,"
                                + "\"finish_reason\":\"length\"}],\"olmo\":{\"time_to_first_token_ms\":20.0,"
                                + "\"tokens_per_second\":2.0,\"seed\":1234}}\n\n",
                        "data: [DONE]\n\n");
    }

    @Test
    void samplesSeveralChoicesOfOnePrompt() {
        engine.answer(
                ScriptedGeneration.of(1, 2, 3).delta("Hello", 1).endsBy(FinishReason.STOP),
                ScriptedGeneration.of(1, 2, 3).delta(" world", 2).delta("!", 3).endsBy(FinishReason.LENGTH));

        JsonNode reply = api.chat("{" + HELLO + ",\"n\":2,\"seed\":5}").json();

        assertThat(reply.get("choices")).isEqualTo(json("""
            [
              {
                "index": 0,
                "message": {"role": "assistant", "content": "Hello", "refusal": null},
                "logprobs": null,
                "finish_reason": "stop"
              },
              {
                "index": 1,
                "message": {"role": "assistant", "content": " world!", "refusal": null},
                "logprobs": null,
                "finish_reason": "length"
              }
            ]
            """));
        assertThat(reply.get("usage")).isEqualTo(json("""
            {"prompt_tokens": 3, "completion_tokens": 3, "total_tokens": 6, "prompt_tokens_details": {"cached_tokens": 2}}
            """));
        assertThat(reply.get("olmo")).isEqualTo(json("{\"seed\": 1234}"));
        assertThat(engine.requests()).extracting(GenerationRequest::sampleIndex).containsExactly(0, 1);
    }

    @Test
    void streamsSeveralChoicesAsTheyComeAndTheirUsageOnce() {
        ScriptedGeneration slow = ScriptedGeneration.of(1, 2, 3).queued();
        engine.answer(
                slow,
                ScriptedGeneration.of(1, 2, 3).delta("Hello", 1).delta("!", 3).endsBy(FinishReason.STOP));
        List<JsonNode> chunks = new ArrayList<>();

        api.chatStream("{" + HELLO + ",\"n\":2,\"stream\":true,\"stream_options\":{\"include_usage\":true}}")
                .doOnNext(event -> {
                    if (event.startsWith("data: {")) {
                        chunks.add(data(event));
                    }
                    // The first choice begins only when the second is complete.
                    if (event.contains("\"finish_reason\":\"stop\"")) {
                        slow.goesOn(
                                ScriptedGeneration.of(1, 2, 3).delta("late", 6).endsBy(FinishReason.LENGTH));
                    }
                })
                .blockLast(Duration.ofSeconds(10));

        assertThat(chunks)
                .extracting(chunk -> chunk.at("/choices/0/index").asInt(-1)
                        + chunk.at("/choices/0/delta/content").asString("-"))
                .containsExactly("1", "1Hello", "1!", "1-", "0", "0late", "0-", "-1-");
        assertThat(chunks.getLast().get("usage")).isEqualTo(json("""
            {"prompt_tokens": 3, "completion_tokens": 3, "total_tokens": 6, "prompt_tokens_details": {"cached_tokens": 2}}
            """));
    }

    @Test
    void cancelsEveryChoiceWithTheAnswer() throws InterruptedException {
        ScriptedGeneration first = ScriptedGeneration.of(1).hangs();
        ScriptedGeneration second = ScriptedGeneration.of(1).hangs();
        engine.answer(first, second);

        ApiCalls.api(engine, Duration.ofSeconds(30))
                .chat(("{" + HELLO + ",\"n\":2}").getBytes(StandardCharsets.UTF_8), null)
                .cancel();

        assertThat(first.cancelled().await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(second.cancelled().await(5, TimeUnit.SECONDS)).isTrue();
    }

    private static final String TOOLS =
            ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"get_weather\",\"description\":\"Weather of a"
                + " city\",\"strict\":true,\"parameters\":{\"type\":\"object\",\"properties\":"
                + "{\"city\":{\"type\":\"string\",\"default\":null}}}}},{\"type\":\"function\",\"function\":{\"name\":\"ping\"}}]";

    @Test
    void offersToolsAndAnswersWithCalls() {
        engine.answer(ScriptedGeneration.of(1, 2, 3)
                .delta("<function_calls>get_weather(city=\"Paris\")</function_calls>", 1)
                .endsBy(FinishReason.STOP));

        JsonNode choice = api.chat("{" + HELLO + TOOLS + ",\"tool_choice\":\"auto\"}")
                .json()
                .at("/choices/0");

        assertThat(((Prompt.Chat) engine.request().prompt()).tools())
                .containsExactly(
                        new ToolDefinition(
                                "get_weather",
                                "Weather of a city",
                                "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\",\"default\":null}}}"),
                        new ToolDefinition("ping", "", "{\"type\":\"object\",\"properties\":{}}"));
        assertThat(choice).isEqualTo(json("""
            {
              "index": 0,
              "message": {
                "role": "assistant",
                "content": null,
                "refusal": null,
                "tool_calls": [
                  {"id": "call_7_0", "type": "function",
                   "function": {"name": "get_weather", "arguments": "{\\"city\\":\\"Paris\\"}"}}
                ]
              },
              "logprobs": null,
              "finish_reason": "tool_calls"
            }
            """));
    }

    @Test
    void streamsCallsBeforeTheFinishReason() {
        engine.answer(ScriptedGeneration.of(1, 2, 3)
                .delta("Well <function", 1)
                .delta("_calls>ping()", 2)
                .delta("\nping()</function_calls>", 3)
                .endsBy(FinishReason.STOP));

        List<JsonNode> choices = api.chatEvents("{" + HELLO + TOOLS + ",\"stream\":true}").stream()
                .filter(event -> event.startsWith("data: {"))
                .map(event -> data(event).at("/choices/0"))
                .toList();

        assertThat(choices.stream()
                        .map(choice -> choice.at("/delta/content").asString(""))
                        .collect(Collectors.joining()))
                .isEqualTo("Well ");
        assertThat(choices.get(choices.size() - 2).get("delta")).isEqualTo(json("""
            {"tool_calls": [
              {"index": 0, "id": "call_7_0", "type": "function", "function": {"name": "ping", "arguments": "{}"}},
              {"index": 1, "id": "call_7_1", "type": "function", "function": {"name": "ping", "arguments": "{}"}}
            ]}
            """));
        assertThat(choices.getLast().get("finish_reason").stringValue()).isEqualTo("tool_calls");
    }

    @Test
    void takesBackCallsAndTheirResults() {
        engine.answer(ScriptedGeneration.saying("Warm."));

        api.chat("""
            {"messages": [
              {"role": "user", "content": "Weather?"},
              {"role": "assistant", "content": null, "tool_calls": [
                {"id": "call_7_0", "type": "function", "function": {"name": "get_weather", "arguments": "{\\"city\\": \\"Paris\\"}"}}
              ]},
              {"role": "tool", "tool_call_id": "call_7_0", "content": "21 degrees"}
            ]}
            """);

        assertThat(((Prompt.Chat) engine.request().prompt()).messages())
                .containsExactly(
                        new ChatMessage(ChatMessage.Role.USER, "Weather?"),
                        new ChatMessage(
                                ChatMessage.Role.ASSISTANT,
                                "",
                                List.of(new ToolCall("get_weather", "{\"city\":\"Paris\"}"))),
                        new ChatMessage(ChatMessage.Role.TOOL, "21 degrees"));
    }

    @Test
    void offersNoToolsIfNoneIsToBeChosen() {
        engine.answer(ScriptedGeneration.saying("<function_calls>ping()</function_calls>"));

        JsonNode reply =
                api.chat("{" + HELLO + TOOLS + ",\"tool_choice\":\"none\"}").json();

        assertThat(((Prompt.Chat) engine.request().prompt()).tools()).isEmpty();
        assertThat(reply.at("/choices/0/message/content").stringValue()).contains("ping()");
    }

    @Test
    void aToolThatIsNamedHasToBeCalled() {
        engine.answer(
                ScriptedGeneration.saying(
                        "{\"calls\": [{\"tool\": \"get_weather\", \"arguments\": {\"city\": \"Paris\"}}]}"),
                ScriptedGeneration.saying(
                        "{\"calls\": [{\"tool\": \"get_weather\", ", "\"arguments\": {\"city\": \"Rome\"}}]}"));
        String body = "{" + HELLO + TOOLS
                + ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"get_weather\"}}";

        JsonNode choice = api.chat(body + "}").json().at("/choices/0");

        assertThat(choice.at("/message/tool_calls/0/function/arguments").stringValue())
                .isEqualTo("{\"city\":\"Paris\"}");
        assertThat(choice.get("finish_reason").stringValue()).isEqualTo("tool_calls");
        String schema = engine.request().jsonSchema().orElseThrow().text();
        assertThat(schema).contains("\"const\":\"get_weather\"").doesNotContain("ping", "\"answer\"");
        assertThat(((Prompt.Chat) engine.request().prompt()).tools()).isEmpty();

        List<JsonNode> chunks = api.chatEvents(body + ",\"stream\":true}").stream()
                .filter(event -> event.startsWith("data: {"))
                .map(ApiCalls::data)
                .toList();
        assertThat(chunks)
                .extracting(chunk -> chunk.at("/choices/0/delta/tool_calls/0/function/arguments")
                        .asString(""))
                .filteredOn(arguments -> !arguments.isEmpty())
                .containsExactly("{\"city\":\"Rome\"}");
    }

    @Test
    void anyToolMayHaveToBeCalled() {
        engine.answer(ScriptedGeneration.saying("{\"calls\": [{\"tool\": \"ping\", \"arguments\": {}}]}"));

        JsonNode choice = api.chat("{" + HELLO + TOOLS + ",\"tool_choice\":\"required\"}")
                .json()
                .at("/choices/0");

        assertThat(choice.at("/message/tool_calls/0/function/name").stringValue())
                .isEqualTo("ping");
        assertThat(engine.request().jsonSchema().orElseThrow().text())
                .contains("get_weather", "ping")
                .doesNotContain("\"answer\"");
    }

    @Test
    void severalToolsMayBeCalledAtOnce() {
        engine.answer(ScriptedGeneration.saying("{\"calls\": [{\"tool\": \"ping\", \"arguments\": {}},"
                + " {\"tool\": \"ping\", \"arguments\": {}}]}"));

        JsonNode calls = api.chat("{" + HELLO + TOOLS + ",\"tool_choice\":\"required\"}")
                .json()
                .at("/choices/0/message/tool_calls");

        assertThat(calls.findValuesAsString("id")).doesNotHaveDuplicates().hasSize(2);
        assertThat(engine.request().jsonSchema().orElseThrow().text()).contains("\"maxItems\":4,");
    }

    @Test
    void aClientCanForbidSeveralCallsAtOnce() {
        String body = "{" + HELLO + TOOLS + ",\"parallel_tool_calls\":false}";
        ScriptedEngine knowing =
                ScriptedEngine.knowingTools().answer(ScriptedGeneration.saying("{\"answer\": \"Hi\"}"));

        JsonNode answer = new ApiCalls(knowing).chat(body).json().at("/choices/0/message/content");

        assertThat(answer.stringValue()).isEqualTo("Hi");
        assertThat(knowing.request().jsonSchema().orElseThrow().text()).contains("\"maxItems\":1,", "\"answer\"");

        // Tools that the operator refuses are none that could be described instead: the engine refuses them by name.
        engine.answer(ScriptedGeneration.saying("Hi"));
        api.chat(body);
        assertThat(engine.request().jsonSchema()).isEmpty();
        assertThat(((Prompt.Chat) engine.request().prompt()).tools()).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "tool_choice | \"tools\":[],\"tool_choice\":\"required\"",
                "tool_choice | \"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],\"tool_choice\":"
                        + "{\"type\":\"function\",\"function\":{\"name\":\"g\"}}",
                "tool_choice |"
                    + " \"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],\"tool_choice\":\"sometimes\"",
                "tools[0] | \"tools\":[{\"type\":\"retrieval\"}]",
                "tools[0] | \"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a b\"}}]",
                "tools[0] | \"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":[]}}]",
                "response_format | \"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],"
                        + "\"response_format\":{\"type\":\"json_object\"}"
            })
    void toolsThatCannotBeOfferedAreRefusedByTheirPlace(String param, String fields) {
        ApiCalls.Reply reply = api.chat("{" + HELLO + "," + fields + "}");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().at("/error/param").stringValue()).isEqualTo(param);
    }

    @Test
    void holdsAnAnswerToASchema() {
        engine.answer(ScriptedGeneration.saying("3"), ScriptedGeneration.saying("{}"));
        String schema = "{\"enum\":[null,3],\"default\":null}";

        api.chat("{" + HELLO + ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"count\","
                + "\"description\":null,\"strict\":true,\"schema\":" + schema + "}}}");
        assertThat(engine.request().jsonSchema()).contains(JsonSchema.parse(schema));

        api.chat("{" + HELLO + ",\"response_format\":{\"type\":\"json_object\"}}");
        assertThat(engine.request().jsonSchema()).contains(JsonSchema.anyObject());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "response_format.type | {\"type\":\"xml\"} | allowed: text, json_object, json_schema",
                "response_format.json_schema.schema | {\"type\":\"json_schema\"} | is missing",
                "response_format.json_schema.schema | {\"type\":\"json_schema\",\"json_schema\":"
                        + "{\"schema\":{\"items\":{\"uniqueItems\":true}}}} | /items"
            })
    void aFormatThatCannotBeHeldIsRefusedByItsPlace(String param, String format, String message) {
        ApiCalls.Reply reply = api.chat("{" + HELLO + ",\"response_format\":" + format + "}");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().at("/error/param").stringValue()).isEqualTo(param);
        assertThat(reply.json().at("/error/message").stringValue()).contains(message);
    }

    @Test
    void keepsAPromptsCacheToThoseWithTheSameSalt() {
        engine.answer(ScriptedGeneration.saying("a"), ScriptedGeneration.saying("a"));

        api.chat("{" + HELLO + ",\"cache_salt\":\"tenant 7\"}");
        assertThat(engine.request().cacheSalt()).isEqualTo("tenant 7");
        api.chat("{" + HELLO + "}");
        assertThat(engine.request().cacheSalt()).isNull();
    }

    @Test
    void streamsTheUsageInAChunkWithoutChoicesIfAskedFor() {
        engine.answer(ScriptedGeneration.of(1, 2, 3).delta("Hello", 1).endsBy(FinishReason.STOP));

        List<String> events =
                api.chatEvents("{" + HELLO + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");

        assertThat(events).hasSize(5);
        assertThat(events.subList(0, 3))
                .allSatisfy(event -> assertThat(data(event).get("usage")).isEqualTo(json("null")));
        assertThat(data(events.get(3)).get("choices")).isEmpty();
        assertThat(data(events.get(3)).get("usage"))
                .isEqualTo(json("{\"prompt_tokens\":3,\"completion_tokens\":1,\"total_tokens\":4,"
                        + "\"prompt_tokens_details\":{\"cached_tokens\":2}}"));
    }

    @Test
    void streamsTheUsageSoFarInEveryChunkIfAskedFor() {
        engine.answer(ScriptedGeneration.of(1, 2, 3)
                .delta("Hello", 1)
                .delta(" world", 2)
                .endsBy(FinishReason.STOP));

        List<String> events = api.chatEvents("{" + HELLO
                + ",\"stream\":true,\"stream_options\":{\"include_usage\":true,\"continuous_usage_stats\":true}}");

        assertThat(events.subList(0, 4))
                .extracting(event -> data(event).at("/usage/completion_tokens").intValue())
                .containsExactly(0, 1, 2, 2);
    }

    @Test
    void listsLogProbabilitiesWithBytes() {
        engine.answer(ScriptedGeneration.of(1)
                .delta("", logProbability(4, -0.5, 4, -0.5, 1, -1.5))
                .delta("€", logProbability(5, -0.25, 5, -0.25, 0, -3))
                .endsBy(FinishReason.LENGTH));

        ApiCalls.Reply reply = api.chat("{" + HELLO + ",\"logprobs\":true,\"top_logprobs\":2}");

        assertThat(engine.request().topLogProbabilities()).hasValue(2);
        assertThat(reply.json().at("/choices/0/logprobs")).isEqualTo(json("""
            {
              "content": [
                {
                  "token": "\\\\xe2\\\\x82", "logprob": -0.5, "bytes": [226, 130],
                  "top_logprobs": [
                    {"token": "\\\\xe2\\\\x82", "logprob": -0.5, "bytes": [226, 130]},
                    {"token": "Hello", "logprob": -1.5, "bytes": [72, 101, 108, 108, 111]}
                  ]
                },
                {
                  "token": "\\\\xac", "logprob": -0.25, "bytes": [172],
                  "top_logprobs": [
                    {"token": "\\\\xac", "logprob": -0.25, "bytes": [172]},
                    {
                      "token": "<|endoftext|>", "logprob": -3.0,
                      "bytes": [60, 124, 101, 110, 100, 111, 102, 116, 101, 120, 116, 124, 62]
                    }
                  ]
                }
              ],
              "refusal": null
            }
            """));
    }

    @Test
    void streamsLogProbabilitiesBesideTheirText() {
        engine.answer(
                ScriptedGeneration.of(1).delta("Hello", logProbability(1, -0.5)).endsBy(FinishReason.LENGTH));

        List<String> events = api.chatEvents("{" + HELLO + ",\"stream\":true,\"logprobs\":true}");

        assertThat(engine.request().topLogProbabilities()).hasValue(0);
        assertThat(data(events.get(1)).at("/choices/0/logprobs/content")).isEqualTo(json("""
            [{"token": "Hello", "logprob": -0.5, "bytes": [72, 101, 108, 108, 111], "top_logprobs": []}]
            """));
    }

    @Test
    void takesAllRolesAndPartsOfText() {
        engine.answer(ScriptedGeneration.of(1).endsBy(FinishReason.STOP));

        api.chat("""
            {"messages": [
              {"role": "developer", "content": "Be brief."},
              {"role": "system", "content": [{"type": "text", "text": "Be"}, {"type": "text", "text": "kind."}]},
              {"role": "user", "content": "Hi", "name": "Ann"},
              {"role": "assistant", "content": "Hello", "refusal": null, "tool_calls": null, "annotations": []},
              {"role": "tool", "content": "42", "tool_call_id": "call_1"}
            ]}
            """);

        assertThat(engine.request().prompt())
                .isEqualTo(new Prompt.Chat(List.of(
                        new ChatMessage(ChatMessage.Role.SYSTEM, "Be brief."),
                        new ChatMessage(ChatMessage.Role.SYSTEM, "Be\nkind."),
                        new ChatMessage(ChatMessage.Role.USER, "Hi"),
                        new ChatMessage(ChatMessage.Role.ASSISTANT, "Hello"),
                        new ChatMessage(ChatMessage.Role.TOOL, "42"))));
    }

    @Test
    void takesMessagesAsEvaluationHarnessesWriteThem() {
        engine.answer(ScriptedGeneration.of(1).endsBy(FinishReason.STOP));

        api.chat("""
            {"messages": [{"role": "user", "content": "Hi", "type": "text"}], "model": "allenai/OLMo-test",
             "max_tokens": 256, "temperature": 0, "stop": ["<|endoftext|>"], "seed": 1234}
            """);

        assertThat(engine.request().prompt())
                .isEqualTo(new Prompt.Chat(List.of(new ChatMessage(ChatMessage.Role.USER, "Hi"))));
    }

    @Test
    void leavesSamplingToTheModelIfTheRequestDoes() {
        engine.answer(ScriptedGeneration.of(1).endsBy(FinishReason.STOP));

        api.chat("{" + HELLO + ",\"temperature\":null,\"seed\":3}");

        assertThat(engine.request().sampling()).isEqualTo(engine.defaultSampling());
        assertThat(engine.request().seed()).hasValue(3);
        assertThat(engine.request().maxTokens()).isEmpty();
    }

    @Test
    void drawsAtTemperatureOneIfOnlyARestrictionIsGivenAndTheModelIsGreedy() {
        engine.answer(ScriptedGeneration.of(1).endsBy(FinishReason.STOP));

        api.chat("{" + HELLO + ",\"top_p\":0.5}");

        assertThat(engine.request().sampling()).isEqualTo(new SamplingOptions(1, 0, 0.5, 0, 1, 0, 0, Map.of()));
    }

    @Test
    void passesEveryFieldOn() {
        engine.answer(ScriptedGeneration.of(1).endsBy(FinishReason.STOP));

        api.chat("{" + HELLO + """
            , "temperature": 0.7, "top_k": 40, "top_p": 0.9, "min_p": 0.05, "repetition_penalty": 1.1,
            "frequency_penalty": 0.2, "presence_penalty": -0.3, "logit_bias": {"5": -100}, "seed": 1234,
            "stop": ["a", "b"], "stop_token_ids": [3], "ignore_eos": true, "max_completion_tokens": 12,
            "user": "ann"}
            """);

        GenerationRequest request = engine.request();
        assertThat(request.sampling())
                .isEqualTo(new SamplingOptions(0.7, 40, 0.9, 0.05, 1.1, 0.2, -0.3, Map.of(5, -100.0)));
        assertThat(request.seed()).hasValue(1234);
        assertThat(request.stopStrings()).containsExactly("a", "b");
        assertThat(request.stopIds()).isEqualTo(Set.of(3));
        assertThat(request.ignoreEndOfText()).isTrue();
        assertThat(request.maxTokens()).hasValue(12);
        assertThat(request.topLogProbabilities()).isEmpty();
        assertThat(request.origin().user()).isEqualTo("ann");
    }

    @Test
    void acceptsWhatOfficialClientsSendWithoutMeaningHere() {
        engine.answer(ScriptedGeneration.of(1).endsBy(FinishReason.STOP));

        ApiCalls.Reply reply = api.chat("{" + HELLO + """
            , "store": false, "metadata": {"a": "b"}, "service_tier": "auto", "parallel_tool_calls": true,
            "prompt_cache_key": "k", "n": 1, "tools": [], "tool_choice": "none", "response_format": {"type": "text"},
            "modalities": ["text"], "stop": null, "safety_identifier": "u1", "reasoning_effort": null}
            """);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(engine.request().origin())
                .isEqualTo(new Origin("u1", null, null, "trace-1", Origin.TextRetention.NONE));
    }

    @Test
    void aClientThatDoesNotForbidItLeavesTheKeepingOfTextsToTheOperator() {
        engine.answer(ScriptedGeneration.of(1).endsBy(FinishReason.STOP))
                .answer(ScriptedGeneration.of(1).endsBy(FinishReason.STOP));

        api.chat("{" + HELLO + ", \"store\": true}");
        assertThat(engine.request().origin().retention()).isEqualTo(Origin.TextRetention.FULL);
        api.chat("{" + HELLO + "}");
        assertThat(engine.request().origin().retention()).isEqualTo(Origin.TextRetention.FULL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"modalities\":[\"text\",\"audio\"]",
                "\"reasoning_effort\":\"low\"",
                "\"temprature\":0.5",
                "\"audio\":{\"voice\":\"x\"}"
            })
    void refusesWhatItCannotHonourByName(String field) {
        ApiCalls.Reply reply = api.chat("{" + HELLO + "," + field + "}");

        String name = field.substring(1, field.indexOf('"', 1));
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json())
                .isEqualTo(json("{\"error\":{\"message\":\"The field '" + name + "' is not supported.\","
                        + "\"type\":\"invalid_request_error\",\"param\":\"" + name
                        + "\",\"code\":\"unsupported_parameter\"}}"));
        assertThat(engine.requests()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "temperature | {\"temperature\":\"hot\"}",
                "temperature | {\"temperature\":\"0.5\"}",
                "temperature | {\"temperature\":101}",
                "temperature | {\"temperature\":NaN}",
                "temperature | {\"temperature\":-Infinity}",
                "top_p | {\"top_p\":0}",
                "max_tokens | {\"max_tokens\":0}",
                "max_tokens | {\"max_tokens\":1.5}",
                "max_completion_tokens | {\"max_completion_tokens\":-1}",
                "max_tokens | {\"max_tokens\":3,\"max_completion_tokens\":4}",
                "top_logprobs | {\"top_logprobs\":2}",
                "logprobs | {\"logprobs\":true,\"top_logprobs\":101}",
                "stop | {\"stop\":[\"\"]}",
                "stop[0] | {\"stop\":[5]}",
                "stop[1] | {\"stop\":[\"a\",null]}",
                "stop_token_ids[0] | {\"stop_token_ids\":[null]}",
                "n | {\"n\":0}",
                "n | {\"n\":5}",
                "n | {\"n\":4294967297}",
                "cache_salt | {\"cache_salt\":\"\"}",
                "tools | {\"tools\":5}",
                "stream | {\"stream\":\"true\"}",
                "stream_options.usage | {\"stream_options\":{\"usage\":true}}",
                "logit_bias | {\"logit_bias\":{\"x\":1}}",
                "logit_bias | {\"logit_bias\":{\"1\":101}}",
                "min_tokens | {\"min_tokens\":5}",
                "messages | {\"messages\":[]}",
                "messages | {\"messages\":null}",
                "messages[0] | {\"messages\":[null]}",
                "messages[0].role | {\"messages\":[{\"role\":\"robot\",\"content\":\"x\"}]}",
                "messages[0].role | {\"messages\":[{\"content\":\"x\"}]}",
                "messages[0].content | {\"messages\":[{\"role\":\"user\"}]}",
                "messages[0].content | {\"messages\":[{\"role\":\"user\",\"content\":5}]}",
                "messages[0].content[1] |"
                    + " {\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"x\"},{\"type\":\"image_url\"}]}]}",
                "messages[0].tool_calls[0] |"
                        + " {\"messages\":[{\"role\":\"assistant\",\"content\":\"x\",\"tool_calls\":[{}]}]}",
                "messages[0].tool_calls |"
                        + " {\"messages\":[{\"role\":\"user\",\"content\":\"x\",\"tool_calls\":[{}]}]}"
            })
    void refusesWrongValuesAndNamesTheField(String param, String fields) {
        String body = fields.contains("messages") ? fields : "{" + HELLO + "," + fields.substring(1);

        ApiCalls.Reply reply = api.chat(body);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().at("/error/type").stringValue()).isEqualTo("invalid_request_error");
        assertThat(reply.json().at("/error/param").stringValue()).isEqualTo(param);
        assertThat(engine.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{", "[]", "null", "{} {}", "{\"seed\":1,\"seed\":2}", "{\"temperature\":NaN}", "\u0000"})
    void refusesWhatIsNotOneJsonObject(String body) {
        ApiCalls.Reply reply = api.chat(body);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().at("/error/type").stringValue()).isEqualTo("invalid_request_error");
    }

    @Test
    void answersAnUnknownModelWith404() {
        ApiCalls.Reply reply = api.chat("{\"model\":\"gpt-4o\"," + HELLO + "}");

        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.json().at("/error/code").stringValue()).isEqualTo("model_not_found");
        assertThat(reply.json().at("/error/param").stringValue()).isEqualTo("model");
    }

    @Test
    void answersAFullEngineWith503AndWhenToRetry() {
        engine.refuse(new EngineBusyException("8 run and 64 wait", Duration.ofMillis(2500)));

        ApiAnswer.Document document = ((ApiAnswer.Whole) ApiCalls.api(engine, Duration.ofSeconds(1))
                        .chat(("{" + HELLO + ",\"stream\":true}").getBytes(StandardCharsets.UTF_8), null))
                .document()
                .block();

        assertThat(document.status()).isEqualTo(503);
        assertThat(document.retryAfterSeconds()).hasValue("3");
        assertThat(json(document.json()).at("/error/code").stringValue()).isEqualTo("engine_overloaded");
    }

    @Test
    void answersATooLongConversationWithOpenAisCode() {
        engine.refuse(new ContextLengthExceededException("prompt", "The prompt of 9 tokens is too long", "Shorten it"));

        ApiCalls.Reply reply = api.chat("{" + HELLO + "}");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json())
                .isEqualTo(json("{\"error\":{\"message\":\"The prompt of 9 tokens is too long. Shorten it.\","
                        + "\"type\":\"invalid_request_error\",\"param\":\"messages\","
                        + "\"code\":\"context_length_exceeded\"}}"));
    }

    @Test
    void answersFailuresOfTheEngineByKind() {
        engine.refuse(new InvalidRequestException("logit_bias", "Token id 9 is outside", "Use ids below"));
        assertThat(api.chat("{" + HELLO + "}").status()).isEqualTo(400);

        engine.refuse(new EngineClosedException("The engine is closed", "Start a new one"));
        assertThat(api.chat("{" + HELLO + "}").status()).isEqualTo(503);

        engine.answer(ScriptedGeneration.of(1)
                .failsBy(FinishReason.DEADLINE, new DeadlineExceededException("total", Duration.ofSeconds(1))));
        ApiCalls.Reply late = api.chat("{" + HELLO + "}");
        assertThat(late.status()).isEqualTo(504);
        assertThat(late.json().at("/error/code").stringValue()).isEqualTo("deadline_exceeded");

        engine.answer(ScriptedGeneration.of(1)
                .failsBy(FinishReason.FAILED, new GenerationFailedException("The device failed", "See the log")));
        ApiCalls.Reply failed = api.chat("{" + HELLO + "}");
        assertThat(failed.status()).isEqualTo(500);
        assertThat(failed.json().at("/error/type").stringValue()).isEqualTo("server_error");
    }

    @Test
    void endsAStreamThatFailsWithAnErrorAndWithoutDone() {
        engine.answer(ScriptedGeneration.of(1)
                .delta("Hello", 1)
                .failsBy(FinishReason.FAILED, new GenerationFailedException("The device failed", "See the log")));

        List<String> events = api.chatEvents("{" + HELLO + ",\"stream\":true}");

        assertThat(events).hasSize(3);
        assertThat(data(events.getLast()))
                .isEqualTo(json("{\"error\":{\"message\":\"The device failed. See the log.\","
                        + "\"type\":\"server_error\",\"param\":null,\"code\":\"generation_failed\"}}"));
    }
}
