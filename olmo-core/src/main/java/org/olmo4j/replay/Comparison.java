package org.olmo4j.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.olmo4j.backend.Numerics;
import org.olmo4j.constraint.JsonSchema;
import org.olmo4j.engine.ModelIdentity;
import org.olmo4j.engine.Prompt;
import org.olmo4j.replay.ReplayOutcome.Difference;
import org.olmo4j.replay.ReplayOutcome.Part;

/** What differs between a record and the engine that is to repeat it, as far as that can be known before it runs. */
final class Comparison {

    private static final String NONE = "none";

    private final List<Difference> differences = new ArrayList<>();

    private Comparison() {}

    static List<Difference> of(RecordedGeneration recorded, Optional<ModelIdentity> present) {
        Comparison comparison = new Comparison();
        ModelIdentity model = recorded.key().model();
        if (present.isEmpty()) {
            comparison.add(Part.CHECKPOINT, weights(model), "unknown: the engine was not told its checkpoint");
        } else {
            comparison.compare(model, present.get(), recorded.prompt() instanceof Prompt.Chat);
        }
        comparison.compare(
                Part.SCHEMA,
                recorded.key().settings().schemaHash().orElse(NONE),
                recorded.jsonSchema().map(JsonSchema::hash).orElse(NONE));
        if (recorded.tokenIds().isEmpty()) {
            comparison.add(Part.TOKENS, NONE, "nothing to compare with");
        }
        return comparison.differences;
    }

    private void compare(ModelIdentity recorded, ModelIdentity present, boolean chat) {
        if (!recorded.hasWeightsOf(present)) {
            add(Part.CHECKPOINT, weights(recorded), weights(present));
        }
        compare(
                Part.TOKENIZER,
                recorded.tokenizerHash().orElse(NONE),
                present.tokenizerHash().orElse(NONE));
        if (chat) {
            compare(
                    Part.CHAT_TEMPLATE,
                    recorded.templateHash().orElse(NONE),
                    present.templateHash().orElse(NONE));
        }
        Numerics then = recorded.numerics();
        Numerics now = present.numerics();
        compare(Part.BACKEND, then.backend(), now.backend());
        compare(Part.WEIGHT_TYPE, then.weightType(), now.weightType());
        compare(Part.KEY_VALUE_TYPE, then.keyValueType(), now.keyValueType());
        compare(Part.NUMERIC_CONTRACT, then.contract(), now.contract());
    }

    private void compare(Part part, String recorded, String present) {
        if (!recorded.equals(present)) {
            add(part, recorded, present);
        }
    }

    private void add(Part part, String recorded, String present) {
        differences.add(new Difference(part, recorded, present));
    }

    private static String weights(ModelIdentity model) {
        return model.contentHash()
                .map(hash -> "content " + hash)
                .orElseGet(() -> "fingerprint " + model.fingerprint() + " (content not hashed yet)");
    }
}
