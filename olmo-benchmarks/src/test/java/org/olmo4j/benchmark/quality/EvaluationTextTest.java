package org.olmo4j.benchmark.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.olmo4j.benchmark.measure.BenchmarkException;
import org.olmo4j.benchmark.model.DemoModel;
import org.olmo4j.benchmark.model.PreparedModel;
import org.olmo4j.benchmark.model.WeightFormat;
import org.olmo4j.hub.ModelSource;
import org.olmo4j.text.Tokenizer;

class EvaluationTextTest {

    private static final PreparedModel DEMO = new PreparedModel("demo", DemoModel.folder(), WeightFormat.BF16, false);

    @TempDir
    private Path folder;

    private Path file(String content) throws Exception {
        return Files.writeString(folder.resolve("file"), content);
    }

    private static String decoded(int[] ids) {
        try (Tokenizer tokenizer = Tokenizer.load(ModelSource.of(DEMO.folder().toString()))) {
            return tokenizer.decode(ids, false);
        }
    }

    @Test
    void aFileIsCutIntoPiecesThatHaveSomethingToPredict() throws Exception {
        String words = "the model has many layers ".repeat(20);
        EvaluationText text = EvaluationText.ofFile(file(words), DEMO, 16);
        List<int[]> pieces = text.sequences();
        assertThat(pieces.subList(0, pieces.size() - 1))
                .allSatisfy(piece -> assertThat(piece).hasSize(16));
        assertThat(pieces.getLast()).hasSizeBetween(2, 16);
        assertThat(words).startsWith(decoded(pieces.getFirst()));
        assertThat(text.longestSequence()).isEqualTo(16);
    }

    @Test
    void aTextOfOneTokenPredictsNothing() throws Exception {
        Path file = file("a");
        assertThatThrownBy(() -> EvaluationText.ofFile(file, DEMO, 16))
                .isInstanceOf(BenchmarkException.class)
                .hasMessageContainingAll(file.toString(), "1 tokens", "--text");
    }

    @Test
    void questionsAreAnsweredInTheChatFormat() throws Exception {
        EvaluationText text = EvaluationText.ofAnswers(file("""
            {"questions": [
              {"ask": "How many layers does OLMo 7B have?"},
              {"ask": ["How many layers does OLMo 7B have?", "And the 1B?"]}]}
            """), DEMO, 1);
        assertThat(text.sequences()).hasSize(2);
        assertThat(decoded(text.sequences().getFirst()))
                .startsWith("<|endoftext|><|user|>\nHow many layers does OLMo 7B have?\n<|assistant|>\n")
                .contains("32")
                .endsWith("<|endoftext|>");
        assertThat(decoded(text.sequences().getLast()))
                .contains("32", "<|user|>\nAnd the 1B?\n<|assistant|>\n", "16")
                .endsWith("<|endoftext|>");
    }

    @Test
    void aFileWithoutQuestionsIsNamed() throws Exception {
        Path file = file("{}");
        assertThatThrownBy(() -> EvaluationText.ofAnswers(file, DEMO, 1))
                .isInstanceOf(BenchmarkException.class)
                .hasMessageContaining(file.toString());
    }
}
