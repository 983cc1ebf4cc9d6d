package org.olmo4j.spring.openai;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.EngineStatus;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.error.OlmoException;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.spec.OlmoSpec;
import org.olmo4j.text.ChatTemplate;
import org.olmo4j.text.TokenBytes;
import org.olmo4j.text.Tokenizer;

/**
 * An engine that answers requests with prepared generations, or refuses them, in order. Its vocabulary: 0 is the special token
 * {@code <|endoftext|>}; 1 "Hello"; 2 " world"; 3 "!"; 4 and 5 the first two bytes and the last byte of "€"; 6 and 7 both "a"; 8 has no token.
 */
final class ScriptedEngine implements Engine {

    static final int END_OF_TEXT = 0;
    private static final byte[][] BYTES = {
        {},
        utf8("Hello"),
        utf8(" world"),
        utf8("!"),
        {(byte) 0xE2, (byte) 0x82},
        {(byte) 0xAC},
        utf8("a"),
        utf8("a"),
        {}
    };

    final List<GenerationRequest> requests = Collections.synchronizedList(new ArrayList<>());
    private final Deque<Object> answers = new ArrayDeque<>();
    private final @Nullable ModelText text;

    private ScriptedEngine(@Nullable ModelText text) {
        this.text = text;
    }

    static ScriptedEngine create() {
        return new ScriptedEngine(new ModelText(tokenizer(), mock(ChatTemplate.class)));
    }

    static ScriptedEngine withoutTokenizer() {
        return new ScriptedEngine(null);
    }

    synchronized ScriptedEngine answer(Generation generation) {
        answers.add(generation);
        return this;
    }

    synchronized ScriptedEngine refuse(OlmoException failure) {
        answers.add(failure);
        return this;
    }

    GenerationRequest request() {
        return requests.getLast();
    }

    @Override
    public synchronized Generation submit(GenerationRequest request) {
        requests.add(request);
        return switch (answers.remove()) {
            case Generation generation -> generation;
            case OlmoException failure -> throw failure;
            default -> throw new IllegalStateException();
        };
    }

    @Override
    public OlmoSpec spec() {
        OlmoSpec spec = mock(OlmoSpec.class);
        when(spec.contextLength()).thenReturn(2048);
        return spec;
    }

    @Override
    public @Nullable ModelText text() {
        return text;
    }

    @Override
    public SamplingOptions defaultSampling() {
        return SamplingOptions.GREEDY;
    }

    @Override
    public EngineStatus status() {
        return new EngineStatus(0, 0, 0, 0, 0, 0, null);
    }

    @Override
    public void close() {}

    private static Tokenizer tokenizer() {
        TokenBytes bytes = mock(TokenBytes.class);
        when(bytes.bytes(anyInt())).thenAnswer(call -> {
            int id = call.getArgument(0);
            return id < BYTES.length ? BYTES[id] : new byte[0];
        });
        Tokenizer tokenizer = mock(Tokenizer.class);
        when(tokenizer.tokenBytes()).thenReturn(bytes);
        when(tokenizer.isSpecial(END_OF_TEXT)).thenReturn(true);
        when(tokenizer.decode(any(), anyBoolean())).thenAnswer(call -> {
            StringBuilder decoded = new StringBuilder();
            for (int id : call.<int[]>getArgument(0)) {
                decoded.append(id == END_OF_TEXT ? "<|endoftext|>" : new String(BYTES[id], StandardCharsets.UTF_8));
            }
            return decoded.toString();
        });
        return tokenizer;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
