package org.olmo4j.benchmark.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ResultObjectTest {

    @Test
    void spreadsAreThreeNumbersAndWhatIsUnknownIsNull() {
        String json = ResultObject.array(List.of(new ResultObject()
                .text("name", "a")
                .count("bytes", 12)
                .count("unknown_bytes", OptionalLong.empty())
                .number("unknown", OptionalDouble.empty())
                .spread("speed", new Spread(2, 1, 1234567.891))));
        JsonNode expected = JsonMapper.shared().readTree("""
            [{"name": "a", "bytes": 12, "unknown_bytes": null, "unknown": null,
            "speed": 2.0, "speed_min": 1.0, "speed_max": 1234570.0}]\
            """);
        assertThat(JsonMapper.shared().readTree(json)).isEqualTo(expected);
    }
}
