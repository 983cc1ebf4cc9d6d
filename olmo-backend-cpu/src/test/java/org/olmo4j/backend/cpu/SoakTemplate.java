package org.olmo4j.backend.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.olmo4j.backend.conformance.TestModels;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;

/**
 * A request and what comes of it when nothing is beside it.
 *
 * @param request with a seed
 * @param calm its first samples, to their ends
 */
record SoakTemplate(GenerationRequest request, List<GenerationResult> calm) {

    static final int SAMPLES = 3;

    /** Runs seeded random requests alone: with a beginning in common or not, with stop strings or not, some of them scoring their prompt. */
    static List<SoakTemplate> templates(Engine calmEngine, int count) throws InterruptedException {
        Random random = new Random(count);
        List<SoakTemplate> templates = new ArrayList<>();
        for (GenerationRequest plain : RandomRequests.requests(count, 21)) {
            GenerationRequest request = random.nextBoolean()
                    ? plain
                    : plain.mutate()
                            .stopStrings(List.of(letter(random), letter(random) + letter(random)))
                            .build();
            List<GenerationResult> calm = new ArrayList<>();
            for (int sample = 0; sample < SAMPLES; sample++) {
                calm.add(calmEngine
                        .submit(request.mutate().sampleIndex(sample).build())
                        .await());
            }
            templates.add(new SoakTemplate(request, calm));
        }
        return List.copyOf(templates);
    }

    private static String letter(Random random) {
        return String.valueOf((char) (' ' + random.nextInt(TestModels.VOCABULARY)));
    }
}
