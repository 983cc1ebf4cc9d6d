package org.olmo4j.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.olmo4j.benchmark.measure.ResultObject;
import org.olmo4j.benchmark.measure.TextTable;
import org.olmo4j.benchmark.model.DemoModel;
import org.olmo4j.benchmark.model.ModelChoice;
import org.olmo4j.benchmark.model.PreparedModel;
import org.olmo4j.benchmark.model.WeightFormat;
import org.olmo4j.benchmark.quality.EvaluationText;
import org.olmo4j.benchmark.quality.PredictionQuality;
import org.olmo4j.benchmark.quality.QualityMeasurement;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What each weight type does to a model's predictions. */
@Command(
        name = "quality",
        description = "Measures what weight types cost in quality: divergence of the predictions from those of F32, and"
                + " perplexity.",
        mixinStandardHelpOptions = true)
final class QualityCommand implements Callable<Integer> {

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Mixin
    private ThreadOptions threads = new ThreadOptions();

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "Folder of a model (default: the demo model of the checkout).")
    private @Nullable Path model;

    @Option(
            names = "--text",
            paramLabel = "FILE",
            description =
                    "A text in UTF-8 to predict (default: the demo model's held-back questions with its answers).")
    private @Nullable Path text;

    @Option(
            names = "--length",
            paramLabel = "N",
            defaultValue = "512",
            description = "Tokens of the pieces in which a text is predicted (default: ${DEFAULT-VALUE}).")
    private int length;

    @Option(
            names = "--weights",
            paramLabel = "TYPE",
            split = ",",
            description = "Weight types, measured in turn: f32, f16, bf16, int8, int4 (default: as stored).")
    private List<String> weights = new ArrayList<>();

    @Override
    public Integer call() {
        new AllowedValues(command).atLeast(2, "--length", length);
        Output output = Output.of(command);
        ModelChoice choice = new ModelChoice.Folder(model == null ? DemoModel.folder() : model);
        // Stored weights are widened as they are multiplied, and widening is exact: they predict what F32 weights do.
        PreparedModel reference = choice.prepare(choice.ownFormat(), common.workFolder(), length);
        List<PreparedModel> models = weights.isEmpty()
                ? List.of(reference)
                : weights.stream()
                        .map(type -> choice.prepare(WeightFormat.of(type), common.workFolder(), length))
                        .toList();
        int count = threads.counts().getFirst();
        EvaluationText evaluation = text == null
                ? EvaluationText.ofAnswers(DemoModel.heldBackQuestions(), reference, count)
                : EvaluationText.ofFile(text, reference, length);
        List<ResultObject> objects = new ArrayList<>();
        TextTable table = new TextTable(
                "model", "weights", "tokens", "mean KL divergence", "perplexity", "ratio to F32", "same top token");
        for (PreparedModel candidate : models) {
            output.progress(candidate.name() + ", " + candidate.format().label());
            PredictionQuality quality = QualityMeasurement.measure(reference, candidate, evaluation, count);
            objects.add(object(candidate, evaluation, quality));
            table.add(
                    candidate.name(),
                    candidate.format().label(),
                    Long.toString(quality.tokens()),
                    TextTable.fiveDigits(quality.meanDivergence()),
                    TextTable.fiveDigits(quality.perplexity()),
                    TextTable.fiveDigits(quality.perplexityRatio()),
                    TextTable.number(100 * quality.sameTopShare()) + " %");
        }
        if (common.json()) {
            output.json(objects);
        } else {
            output.table(List.of("text: " + evaluation.name(), ""), table);
        }
        return 0;
    }

    private static ResultObject object(PreparedModel model, EvaluationText text, PredictionQuality quality) {
        return new ResultObject()
                .text("model", model.name())
                .text("weights", model.format().label())
                .text("text", text.name())
                .count("tokens", quality.tokens())
                .number("mean_kl_divergence", quality.meanDivergence())
                .number("perplexity", quality.perplexity())
                .number("f32_perplexity", quality.referencePerplexity())
                .number("perplexity_ratio", quality.perplexityRatio())
                .number("same_top_token_share", quality.sameTopShare());
    }
}
