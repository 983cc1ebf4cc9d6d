package org.olmo4j.spring.testing;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.EngineStatus;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.ModelIdentity;
import org.olmo4j.error.OlmoException;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.spec.OlmoSpec;
import org.olmo4j.text.ChatTemplate;
import org.olmo4j.text.TokenBytes;
import org.olmo4j.text.Tokenizer;

/**
 * An engine that keeps what it is asked, and answers with prepared generations, or refuses, in order. Its vocabulary: 0 is the special token
 * {@code <|endoftext|>}; 1 "Hello"; 2 " world"; 3 "!"; 4 and 5 the first two bytes and the last byte of "€"; 6 and 7 both "a"; 8 has no token.
 */
public final class ScriptedEngine implements Engine {

    private static final int END_OF_TEXT = 0;
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

    private final List<GenerationRequest> requests = Collections.synchronizedList(new ArrayList<>());
    private final Deque<Supplier<Generation>> answers = new ArrayDeque<>();
    private final @Nullable ModelText text;
    private @Nullable Function<GenerationRequest, Generation> model;
    private SamplingOptions defaultSampling = SamplingOptions.GREEDY;
    private @Nullable String failure;
    private final List<Duration> drains = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean draining;
    private volatile boolean idle = true;

    private ScriptedEngine(@Nullable ModelText text) {
        this.text = text;
    }

    public static ScriptedEngine create() {
        return new ScriptedEngine(new ModelText(tokenizer(), mock(ChatTemplate.class)));
    }

    public static ScriptedEngine withoutTokenizer() {
        return new ScriptedEngine(null);
    }

    /** Its chat template knows tools. */
    public static ScriptedEngine knowingTools() {
        ChatTemplate template = mock(ChatTemplate.class);
        when(template.knowsTools()).thenReturn(true);
        return new ScriptedEngine(new ModelText(tokenizer(), template));
    }

    /** Answers whatever is asked, instead of prepared answers. */
    public synchronized ScriptedEngine answerEach(Function<GenerationRequest, Generation> model) {
        this.model = model;
        return this;
    }

    public synchronized ScriptedEngine answer(Generation... generations) {
        for (Generation generation : generations) {
            answers.add(() -> generation);
        }
        return this;
    }

    public synchronized ScriptedEngine refuse(OlmoException refusal) {
        answers.add(() -> {
            throw refusal;
        });
        return this;
    }

    public ScriptedEngine samplingBy(SamplingOptions defaults) {
        defaultSampling = defaults;
        return this;
    }

    public ScriptedEngine failedBy(String reason) {
        failure = reason;
        return this;
    }

    /** Its requests never end. */
    public ScriptedEngine busy() {
        idle = false;
        return this;
    }

    /** How long callers waited for its requests to end. */
    public List<Duration> drains() {
        return drains;
    }

    /** All that was asked, refused or not. */
    public List<GenerationRequest> requests() {
        return requests;
    }

    /** What was asked last. */
    public GenerationRequest request() {
        return requests.getLast();
    }

    @Override
    public synchronized Generation submit(GenerationRequest request) {
        requests.add(request);
        return model == null ? answers.remove().get() : model.apply(request);
    }

    @Override
    public synchronized List<Generation> submit(GenerationRequest request, int samples) {
        return IntStream.range(0, samples)
                .mapToObj(index -> submit(request.mutate()
                        .sampleIndex(request.sampleIndex() + index)
                        .build()))
                .toList();
    }

    @Override
    public Optional<ModelIdentity> identity() {
        return Optional.empty();
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
        return defaultSampling;
    }

    @Override
    public EngineStatus status() {
        return new EngineStatus(draining, 2, 3, 40, 8, 64, 1000, 2000, 1800, 600, 4, 5, failure);
    }

    @Override
    public boolean drain(Duration timeout) {
        draining = true;
        drains.add(timeout);
        return idle;
    }

    @Override
    public void resume() {
        draining = false;
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
