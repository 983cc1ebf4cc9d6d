package org.olmo4j.spring.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.olmo4j.spring.openai.ApiCalls.data;
import static org.olmo4j.spring.openai.ApiCalls.json;
import static org.olmo4j.spring.openai.ApiCalls.logProbability;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationRequest.PromptScoring;
import org.olmo4j.engine.Prompt;
import org.olmo4j.error.EngineBusyException;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.spring.testing.ScriptedEngine;
import org.olmo4j.spring.testing.ScriptedGeneration;
import tools.jackson.databind.JsonNode;

class CompletionsTests {

    private final ScriptedEngine engine = ScriptedEngine.create();
    private final ApiCalls api = new ApiCalls(engine);

    @Test
    void answersInTheFormOfOpenAi() {
        engine.answer(ScriptedGeneration.of(1).delta(" world", 2).delta("!", 3).endsBy(FinishReason.LENGTH));

        ApiCalls.Reply reply = api.complete("{\"model\":\"allenai/OLMo-test\",\"prompt\":\"Hello\"}");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json()).isEqualTo(json("""
            {
              "id": "cmpl-7",
              "object": "text_completion",
              "created": 1700000000,
              "model": "allenai/OLMo-test",
              "choices": [{"text": " world!", "index": 0, "logprobs": null, "finish_reason": "length"}],
              "usage": {
                "prompt_tokens": 1,
                "completion_tokens": 2,
                "total_tokens": 3,
                "prompt_tokens_details": {"cached_tokens": 1}
              },
              "olmo": {"time_to_first_token_ms": 20.0, "tokens_per_second": 2.0, "seed": 1234}
            }
            """));
        assertThat(engine.request().prompt()).isEqualTo(new Prompt.Text("Hello"));
        assertThat(engine.request().maxTokens()).hasValue(16);
    }

    @Test
    void takesAPromptInAllItsForms() {
        for (int i = 0; i < 6; i++) {
            engine.answer(ScriptedGeneration.of(1).endsBy(FinishReason.LENGTH));
        }

        api.complete("{\"prompt\":[1,2]}");
        assertThat(ids(engine.request())).containsExactly(1, 2);
        api.complete("{}");
        assertThat(engine.request().prompt()).isEqualTo(new Prompt.Text(""));
        api.complete("{\"prompt\":[\"a\",\"b\"]}");
        assertThat(engine.requests().subList(2, 4).stream().map(GenerationRequest::prompt))
                .containsExactlyInAnyOrder(new Prompt.Text("a"), new Prompt.Text("b"));
        api.complete("{\"prompt\":[[1],[2,3]]}");
        assertThat(engine.requests().subList(4, 6).stream().map(CompletionsTests::ids))
                .containsExactlyInAnyOrder(new int[] {1}, new int[] {2, 3});
    }

    @Test
    void answersSeveralPromptsInTheirOrderAndAddsUpTheirTokens() {
        engine.answer(ScriptedGeneration.of(1).delta("x", 6).endsBy(FinishReason.STOP));
        engine.answer(ScriptedGeneration.of(1, 2).delta("x", 6).endsBy(FinishReason.LENGTH));
        engine.answer(ScriptedGeneration.of(1, 2, 3).delta("x", 6).endsBy(FinishReason.LENGTH));

        ApiCalls.Reply reply = api.complete("{\"prompt\":[\"a\",\"b\",\"c\"],\"echo\":true}");

        assertThat(reply.json().get("choices"))
                .extracting(choice ->
                        choice.get("index").intValue() + choice.get("text").stringValue())
                .containsExactly("0ax", "1bx", "2cx");
        assertThat(reply.json().at("/usage/prompt_tokens").intValue()).isEqualTo(6);
        assertThat(reply.json().at("/usage/completion_tokens").intValue()).isEqualTo(3);
        assertThat(reply.json().has("olmo")).isFalse();
    }

    @Test
    void scoresAPromptAsEvaluationHarnessesAsk() {
        // Prompt <|endoftext|> Hello € (two tokens), then one token " world".
        engine.answer(ScriptedGeneration.of(0, 1, 4, 5)
                .promptLogProbabilities(
                        logProbability(1, -2, 2, -1),
                        logProbability(4, -0.5, 4, -0.5),
                        logProbability(5, -0.125, 5, -0.125))
                .delta(" world", logProbability(2, -0.75, 2, -0.75))
                .endsBy(FinishReason.LENGTH));

        ApiCalls.Reply reply = api.complete("""
            {"model": "allenai/OLMo-test", "prompt": [[0, 1, 4, 5]], "temperature": 0, "max_tokens": 1,
             "logprobs": 1, "seed": 1234, "echo": true}
            """);

        assertThat(engine.request().sampling()).isEqualTo(SamplingOptions.GREEDY);
        assertThat(engine.request().promptScoring()).hasValue(new PromptScoring(PromptScoring.FROM_START, 1));
        assertThat(engine.request().topLogProbabilities()).hasValue(1);
        assertThat(reply.json().at("/choices/0/text").stringValue()).startsWith("<|endoftext|>Hello");
        // "<|endoftext|>" has 13 characters, "Hello" 5, "€" 1.
        assertThat(reply.json().at("/choices/0/logprobs")).isEqualTo(json("""
            {
              "tokens": ["<|endoftext|>", "Hello", "bytes:\\\\xe2\\\\x82", "bytes:\\\\xac", " world"],
              "token_logprobs": [null, -2.0, -0.5, -0.125, -0.75],
              "top_logprobs": [
                null,
                {" world": -1.0, "Hello": -2.0},
                {"bytes:\\\\xe2\\\\x82": -0.5},
                {"bytes:\\\\xac": -0.125},
                {" world": -0.75}
              ],
              "text_offset": [0, 13, 18, 18, 19]
            }
            """));
    }

    @Test
    void scoresWithoutGeneratingAnything() {
        engine.answer(ScriptedGeneration.of(1, 2)
                .promptLogProbabilities(logProbability(2, -2, 2, -2))
                .endsBy(FinishReason.LENGTH));

        ApiCalls.Reply reply =
                api.complete("{\"prompt\":\"Hello world\",\"max_tokens\":0,\"echo\":true,\"logprobs\":1}");

        assertThat(engine.request().maxTokens()).hasValue(0);
        assertThat(reply.json().at("/choices/0")).isEqualTo(json("""
            {
              "text": "Hello world",
              "index": 0,
              "logprobs": {
                "tokens": ["Hello", " world"],
                "token_logprobs": [null, -2.0],
                "top_logprobs": [null, {" world": -2.0}],
                "text_offset": [0, 5]
              },
              "finish_reason": "length"
            }
            """));
        assertThat(reply.json().get("olmo")).isEqualTo(json("{\"seed\":1234}"));
    }

    @Test
    void countsOffsetsWithinTheAnswerAndHidesSpecialTokens() {
        engine.answer(ScriptedGeneration.of(1)
                .delta("Hello", logProbability(1, -1))
                .delta("!", logProbability(3, -2))
                .delta("", logProbability(0, -3))
                .endsBy(FinishReason.STOP));

        ApiCalls.Reply reply = api.complete("{\"prompt\":\"x\",\"logprobs\":0}");

        assertThat(engine.request().promptScoring()).isEmpty();
        assertThat(reply.json().at("/choices/0/text").stringValue()).isEqualTo("Hello!");
        assertThat(reply.json().at("/choices/0/logprobs")).isEqualTo(json("""
            {
              "tokens": ["Hello", "!", "<|endoftext|>"],
              "token_logprobs": [-1.0, -2.0, -3.0],
              "top_logprobs": [{"Hello": -1.0}, {"!": -2.0}, {"<|endoftext|>": -3.0}],
              "text_offset": [0, 5, 6]
            }
            """));
    }

    @Test
    void keepsTheMostProbableOfTokensWithTheSameText() {
        engine.answer(ScriptedGeneration.of(1)
                .delta("a", logProbability(7, -2, 6, -1, 7, -2))
                .endsBy(FinishReason.LENGTH));

        ApiCalls.Reply reply = api.complete("{\"prompt\":\"x\",\"logprobs\":2}");

        assertThat(reply.json().at("/choices/0/logprobs/top_logprobs")).isEqualTo(json("[{\"a\":-1.0}]"));
    }

    @Test
    void writesAnImpossibleTokenAsANumber() {
        engine.answer(ScriptedGeneration.of(1)
                .delta("a", logProbability(7, Double.NEGATIVE_INFINITY))
                .endsBy(FinishReason.LENGTH));

        ApiCalls.Reply reply = api.complete("{\"prompt\":\"x\",\"logprobs\":0}");

        assertThat(reply.json().at("/choices/0/logprobs/token_logprobs")).isEqualTo(json("[-9999.0]"));
    }

    @Test
    void namesTokensByIdForAModelWithoutTokenizer() {
        ScriptedEngine plain = ScriptedEngine.withoutTokenizer();
        plain.answer(ScriptedGeneration.of(5, 6)
                .promptLogProbabilities(logProbability(6, -1, 2, -0.5))
                .delta("", logProbability(123, -2))
                .endsBy(FinishReason.LENGTH));

        ApiCalls.Reply reply =
                new ApiCalls(plain).complete("{\"prompt\":[5,6],\"max_tokens\":1,\"echo\":true,\"logprobs\":1}");

        assertThat(reply.json().at("/choices/0/text").stringValue()).isEmpty();
        assertThat(reply.json().at("/choices/0/logprobs")).isEqualTo(json("""
            {
              "tokens": ["token_id:5", "token_id:6", "token_id:123"],
              "token_logprobs": [null, -1.0, -2.0],
              "top_logprobs": [null, {"token_id:2": -0.5, "token_id:6": -1.0}, {"token_id:123": -2.0}],
              "text_offset": [0, 0, 0]
            }
            """));
    }

    @Test
    void streamsTheEchoFirst() {
        engine.answer(ScriptedGeneration.of(1)
                .promptLogProbabilities()
                .delta(" world", logProbability(2, -0.5, 2, -0.5))
                .endsBy(FinishReason.LENGTH));

        List<String> events = api.completeEvents(
                "{\"prompt\":\"Hello\",\"stream\":true,\"echo\":true,\"logprobs\":1,\"max_tokens\":1}");

        assertThat(events).hasSize(4).last().isEqualTo("data: [DONE]\n\n");
        assertThat(data(events.get(0)).at("/choices/0")).isEqualTo(json("""
            {"text": "Hello", "index": 0, "finish_reason": null, "logprobs": {
              "tokens": ["Hello"], "token_logprobs": [null], "top_logprobs": [null], "text_offset": [0]}}
            """));
        assertThat(data(events.get(1)).at("/choices/0")).isEqualTo(json("""
            {"text": " world", "index": 0, "finish_reason": null, "logprobs": {
              "tokens": [" world"], "token_logprobs": [-0.5], "top_logprobs": [{" world": -0.5}],
              "text_offset": [5]}}
            """));
        assertThat(data(events.get(2)).at("/choices/0"))
                .isEqualTo(json("{\"text\":\"\",\"index\":0,\"logprobs\":null,\"finish_reason\":\"length\"}"));
        assertThat(data(events.get(2)).at("/olmo/seed").intValue()).isEqualTo(1234);
    }

    @Test
    void streamsAsLoadGeneratorsAsk() {
        engine.answer(ScriptedGeneration.of(1, 2).delta("", 8).delta("a", 6).endsBy(FinishReason.LENGTH));

        List<String> events = api.completeEvents("""
            {"model": "allenai/OLMo-test", "prompt": [1, 2], "repetition_penalty": 1.0, "max_tokens": 2,
             "logprobs": null, "stream": true, "stream_options": {"include_usage": true}, "ignore_eos": true,
             "min_tokens": 2}
            """);

        assertThat(engine.request().ignoreEndOfText()).isTrue();
        // Each token is a chunk, also one that adds no text; the usage chunk has no choices.
        assertThat(events).hasSize(5);
        assertThat(data(events.get(0)).at("/choices/0/text").stringValue()).isEmpty();
        assertThat(data(events.get(3)).get("choices")).isEmpty();
        assertThat(data(events.get(3)).at("/usage/completion_tokens").intValue())
                .isEqualTo(2);
    }

    @Test
    void streamsSeveralPromptsByIndex() {
        engine.answer(ScriptedGeneration.of(1).delta("x", 6).endsBy(FinishReason.LENGTH));
        engine.answer(ScriptedGeneration.of(1).delta("x", 6).endsBy(FinishReason.LENGTH));

        List<String> events = api.completeEvents(
                "{\"prompt\":[\"a\",\"b\"],\"stream\":true,\"stream_options\":{\"include_usage\":true}}");

        assertThat(events).hasSize(6);
        assertThat(events.subList(0, 4))
                .extracting(event -> data(event).at("/choices/0/index").intValue())
                .containsExactlyInAnyOrder(0, 0, 1, 1);
        assertThat(data(events.get(4)).at("/usage/prompt_tokens").intValue()).isEqualTo(2);
    }

    @Test
    void samplesEachPromptAndCountsThePromptOnce() {
        engine.answer(
                ScriptedGeneration.of(1, 2).delta("a", 1).endsBy(FinishReason.LENGTH),
                ScriptedGeneration.of(1, 2).delta("b", 2, 3).endsBy(FinishReason.STOP),
                ScriptedGeneration.of(1).delta("c", 3).endsBy(FinishReason.LENGTH),
                ScriptedGeneration.of(1).delta("d", 4).endsBy(FinishReason.LENGTH));

        JsonNode reply = api.complete("{\"prompt\":[\"x\",\"y\"],\"n\":2}").json();

        assertThat(reply.get("choices"))
                .extracting(choice ->
                        choice.get("index").intValue() + choice.get("text").stringValue())
                .containsExactly("0a", "1b", "2c", "3d");
        assertThat(reply.at("/choices/1/finish_reason").stringValue()).isEqualTo("stop");
        // 2 + 1 tokens of the prompts, of which 2 + 1 were cached; 1 + 2 + 1 + 1 of the answers.
        assertThat(reply.get("usage")).isEqualTo(json("""
            {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8, "prompt_tokens_details": {"cached_tokens": 3}}
            """));
        assertThat(reply.has("olmo")).isFalse();
        assertThat(engine.requests())
                .extracting(request -> request.prompt() + "/" + request.sampleIndex())
                .containsExactly("Text[text=x]/0", "Text[text=x]/1", "Text[text=y]/0", "Text[text=y]/1");
    }

    @Test
    void failsAsAWholeIfOnePromptIsRefused() throws InterruptedException {
        ScriptedGeneration first = ScriptedGeneration.of(1).hangs();
        engine.answer(first).refuse(new EngineBusyException("8 run and 64 wait", Duration.ofSeconds(2)));

        ApiCalls.Reply reply = api.complete("{\"prompt\":[\"a\",\"b\"]}");

        assertThat(reply.status()).isEqualTo(503);
        assertThat(first.cancelled().await(5, java.util.concurrent.TimeUnit.SECONDS))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "prompt | {\"prompt\":[]}",
                "prompt | {\"prompt\":{}}",
                "prompt | {\"prompt\":5}",
                "prompt[1] | {\"prompt\":[\"a\",5]}",
                "prompt[1] | {\"prompt\":[1,\"a\"]}",
                "prompt[1] | {\"prompt\":[1,1.5]}",
                "prompt[0] | {\"prompt\":[3000000000]}",
                "prompt[1] | {\"prompt\":[[1],2]}",
                "prompt[0][1] | {\"prompt\":[[1,\"a\"]]}",
                "prompt | {\"prompt\":[\"a\",\"b\",\"c\",\"d\"]}",
                "max_tokens | {\"max_tokens\":-1}",
                "max_tokens | {\"max_tokens\":0}",
                "logprobs | {\"logprobs\":true}",
                "logprobs | {\"logprobs\":-1}",
                "echo | {\"echo\":1}",
                "suffix | {\"suffix\":\"x\"}",
                "best_of | {\"best_of\":2}",
                "n | {\"n\":5}",
                "n | {\"n\":0}",
                "cache_salt | {\"cache_salt\":\"\"}",
                "messages | {\"messages\":[]}"
            })
    void refusesWrongValuesAndNamesTheField(String param, String body) {
        ApiCalls.Reply reply = api.complete(body);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().at("/error/param").stringValue()).isEqualTo(param);
        assertThat(engine.requests()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "max_tokens | -1 | max_tokens is -1. Allowed: 0 or more.",
                "logprobs | 101 | logprobs is 101. Allowed: 0 to 100."
            })
    void saysWhichValueIsWrongAndWhichAreAllowed(String field, int value, String message) {
        ApiCalls.Reply reply = api.complete("{\"" + field + "\":" + value + "}");

        assertThat(reply.json().at("/error/message").stringValue()).isEqualTo(message);
    }

    private static int[] ids(GenerationRequest request) {
        return ((Prompt.Tokens) request.prompt()).ids();
    }
}
