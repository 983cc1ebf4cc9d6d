package org.olmo4j.spring.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.text.ToolCall;

/**
 * A call in the form of chat completions, of requests and of answers.
 *
 * @param index its place in a streamed answer
 * @param id by which the result refers to it
 * @param type function
 * @param function what is called
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record CalledTool(
        @Nullable Integer index,
        @Nullable String id,
        @Nullable String type,
        @Nullable Function function) {

    /** The arguments are JSON in a string. */
    record Function(@Nullable String name, @Nullable String arguments) {}

    /** The calls of an answer; null if there are none. */
    static @Nullable List<CalledTool> of(GenerationResult result, List<ToolCall> calls, boolean streamed) {
        if (calls.isEmpty()) {
            return null;
        }
        return IntStream.range(0, calls.size())
                .mapToObj(i -> new CalledTool(
                        streamed ? Integer.valueOf(i) : null,
                        "call_" + result.id() + "_" + i,
                        "function",
                        new Function(calls.get(i).name(), calls.get(i).arguments())))
                .toList();
    }

    ToolCall call(String place) {
        if (function == null || function.name() == null || function.arguments() == null) {
            throw ApiError.invalid(place, place + " is not the call of a function with a name and arguments.");
        }
        try {
            return new ToolCall(function.name(), function.arguments());
        } catch (InvalidRequestException e) {
            throw new ApiException(ApiError.of(e).withParam(place));
        }
    }
}
