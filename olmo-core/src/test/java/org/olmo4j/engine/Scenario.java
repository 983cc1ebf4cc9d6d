package org.olmo4j.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.CacheLayout;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.StepArbiter;
import org.olmo4j.checkpoint.GenerationDefaults;
import org.olmo4j.energy.StepObserver;
import org.olmo4j.text.ChatMessage;
import org.olmo4j.text.ChatTemplate;
import org.olmo4j.text.ToolDefinition;

/** An engine on a {@link ScriptedModel} with a clock that stands until it is moved. Set up first, then {@link #start}. */
public final class Scenario implements AutoCloseable {

    private final Map<String, int[]> answers = new HashMap<>();
    private final List<GenerationListener> listeners = new ArrayList<>();
    private final AtomicLong nanos = new AtomicLong();
    private StepArbiter arbiter = new StepArbiter();
    private StepObserver stepObserver = StepObserver.NONE;
    private FootprintSource footprints = FootprintSource.NONE;
    private int contextLength = 64;
    private LoadOptions loadOptions = LoadOptions.DEFAULT;
    private CacheLayout layout = full(4, 256);
    private EngineOptions options = EngineOptions.DEFAULT;
    private GenerationDefaults defaults = GenerationDefaults.NONE;
    private @Nullable String fingerprint;
    private CompletionStage<String> contentHash = new CompletableFuture<>();
    private Engine.@Nullable ModelText text = new Engine.ModelText(new FakeTokenizer(), new LinesTemplate());
    private @Nullable ScriptedModel model;
    private @Nullable Engine engine;

    static CacheLayout full(int blockTokens, int blockCount) {
        return new CacheLayout(List.of(new CacheLayout.Group(OptionalInt.empty(), blockTokens, blockCount, 1 << 20)));
    }

    static CacheLayout fullAndWindow(int blockTokens, int blockCount, int window, int windowBlocks) {
        return new CacheLayout(List.of(
                new CacheLayout.Group(OptionalInt.empty(), blockTokens, blockCount, 1 << 20),
                new CacheLayout.Group(OptionalInt.of(window), blockTokens, windowBlocks, 1 << 20)));
    }

    public static GenerationRequest.Builder text(String prompt) {
        return GenerationRequest.builder(new Prompt.Text(prompt));
    }

    /** A prompt without a scripted answer: the next token is a function of all tokens before it and never ends the text. */
    static int unscripted(int[] tokens) {
        return Math.floorMod(Arrays.hashCode(tokens), 26) + 'a';
    }

    /** What {@link #unscripted(int[])} says to a prompt, worked out without an engine. */
    static List<Integer> unscripted(String prompt, int count) {
        int[] tokens = FakeTokenizer.ids(prompt);
        List<Integer> answer = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int next = unscripted(tokens);
            answer.add(next);
            tokens = IntStream.concat(Arrays.stream(tokens), IntStream.of(next)).toArray();
        }
        return answer;
    }

    /** What the model says to a prompt; then the end of text. */
    public Scenario answer(String prompt, String answer) {
        return answer(prompt, FakeTokenizer.ids(answer));
    }

    public Scenario answer(String prompt, int[] ids) {
        answers.put(prompt, ids);
        return this;
    }

    public Scenario context(int length) {
        contextLength = length;
        return this;
    }

    Scenario load(int maxStepTokens, int maxStepRows) {
        loadOptions = LoadOptions.builder()
                .threads(1)
                .maxStepTokens(maxStepTokens)
                .maxStepRows(maxStepRows)
                .build();
        return this;
    }

    Scenario layout(CacheLayout value) {
        layout = value;
        return this;
    }

    public Scenario bounds(int maxRunning, int maxQueued) {
        options = options.mutate().maxRunning(maxRunning).maxQueued(maxQueued).build();
        return this;
    }

    Scenario prefixCache(boolean value) {
        options = options.mutate().prefixCache(value).build();
        return this;
    }

    Scenario maxPromptTokens(long value) {
        options = options.mutate().maxPromptTokens(value).build();
        return this;
    }

    Scenario stepObserver(StepObserver value) {
        stepObserver = value;
        return this;
    }

    Scenario footprints(FootprintSource value) {
        footprints = value;
        return this;
    }

    /** Its model shares the device of another one. */
    Scenario beside(Scenario other) {
        arbiter = other.arbiter;
        return this;
    }

    Scenario chunk(int tokens) {
        options = options.mutate().prefillChunkTokens(tokens).build();
        return this;
    }

    Scenario stepTimeBudget(Duration value) {
        options = options.mutate().stepTimeBudget(value).build();
        return this;
    }

    Scenario deadlines(Deadlines value) {
        options = options.mutate().deadlines(value).build();
        return this;
    }

    Scenario releaseTimeout(Duration value) {
        options = options.mutate().releaseTimeout(value).build();
        return this;
    }

    public Scenario defaults(GenerationDefaults value) {
        defaults = value;
        return this;
    }

    public Scenario listener(GenerationListener listener) {
        listeners.add(listener);
        return this;
    }

    /** The engine knows its checkpoint; without this it does not. */
    public Scenario checkpoint(String ofFingerprint, CompletionStage<String> ofContentHash) {
        fingerprint = ofFingerprint;
        contentHash = ofContentHash;
        return this;
    }

    public Scenario withMergingTokenizer() {
        text = new Engine.ModelText(new FakeTokenizer(true), new LinesTemplate());
        return this;
    }

    public Scenario withoutTokenizer() {
        text = null;
        return this;
    }

    public Scenario start() {
        model = new ScriptedModel(contextLength, loadOptions, layout, arbiter, this::next);
        EngineBuilder builder = Engine.builder(model);
        if (fingerprint != null) {
            builder.checkpoint(fingerprint, contentHash);
        }
        engine = builder.text(text)
                .defaults(defaults)
                .options(options)
                .listeners(listeners)
                .stepObserver(stepObserver)
                .footprints(footprints)
                .nanoTime(nanos::get)
                .start();
        return this;
    }

    public ScriptedModel model() {
        return model;
    }

    public Engine engine() {
        return engine;
    }

    public Generation submit(GenerationRequest.Builder request) {
        return engine.submit(request.build());
    }

    public GenerationResult run(GenerationRequest.Builder request) throws InterruptedException {
        return submit(request).await();
    }

    public void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Override
    public void close() {
        if (model != null) {
            model.release();
        }
        if (engine != null) {
            engine.close();
        }
    }

    private int next(int[] tokens) {
        for (Map.Entry<String, int[]> answer : answers.entrySet()) {
            int[] prompt = FakeTokenizer.ids(answer.getKey());
            int done = tokens.length - prompt.length;
            if (done >= 0 && Arrays.equals(tokens, 0, prompt.length, prompt, 0, prompt.length)) {
                int[] ids = answer.getValue();
                return done < ids.length ? ids[done] : FakeTokenizer.END_OF_TEXT;
            }
        }
        return unscripted(tokens);
    }

    /** Each message on a line with its role. */
    private static final class LinesTemplate implements ChatTemplate {
        @Override
        public Origin origin() {
            return Origin.MODEL;
        }

        @Override
        public boolean knowsTools() {
            return false;
        }

        @Override
        public String render(List<ChatMessage> messages, List<ToolDefinition> tools, boolean addGenerationPrompt) {
            StringBuilder text = new StringBuilder();
            messages.forEach(message -> text.append(message.role())
                    .append(':')
                    .append(message.content())
                    .append('\n'));
            return addGenerationPrompt ? text.append("ASSISTANT:").toString() : text.toString();
        }

        @Override
        public int[] encode(List<ChatMessage> messages, List<ToolDefinition> tools, boolean addGenerationPrompt) {
            return FakeTokenizer.ids(render(messages, tools, addGenerationPrompt));
        }

        @Override
        public String hash() {
            return "lines";
        }
    }
}
