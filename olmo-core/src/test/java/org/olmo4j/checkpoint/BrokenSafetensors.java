package org.olmo4j.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Safetensors files that each break one rule, by what is wrong with them. */
final class BrokenSafetensors {

    private static final String GOOD_ENTRY = "{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]}";
    private static final byte[] DATA = new byte[16];

    private final Map<String, byte[]> files = new LinkedHashMap<>();

    private BrokenSafetensors() {}

    static Map<String, byte[]> all() {
        BrokenSafetensors broken = new BrokenSafetensors();
        broken.addLengths();
        broken.addText();
        broken.addStructure();
        broken.addNames();
        broken.addTypesAndShapes();
        broken.addOffsets();
        return broken.files;
    }

    /** The control: the same file without a fault. */
    static byte[] good() {
        return SafetensorsWriter.file("{\"a\":" + GOOD_ENTRY + "}", DATA);
    }

    private void addLengths() {
        byte[] header = ("{\"a\":" + GOOD_ENTRY + "}").getBytes(StandardCharsets.UTF_8);
        raw("empty file", new byte[0]);
        raw("one byte", new byte[1]);
        raw("seven bytes", new byte[7]);
        raw("length only", SafetensorsWriter.file(10, new byte[0], new byte[0]));
        raw("length 0", SafetensorsWriter.file(0, header, DATA));
        raw("length 1", SafetensorsWriter.file(1, header, DATA));
        raw("length one too short", SafetensorsWriter.file(header.length - 1, header, DATA));
        raw("length into the data", SafetensorsWriter.file(header.length + 1, header, DATA));
        raw("length one over the file", SafetensorsWriter.file(header.length + 17, header, DATA));
        raw("length 100,000,001", SafetensorsWriter.file(100_000_001, header, DATA));
        raw("length 2^31", SafetensorsWriter.file(1L << 31, header, DATA));
        raw("length 2^63 - 1", SafetensorsWriter.file(Long.MAX_VALUE, header, DATA));
        raw("length 2^64 - 1", SafetensorsWriter.file(-1, header, DATA));
        raw("length in big-endian order", SafetensorsWriter.file(Long.reverseBytes(header.length), header, DATA));
        raw("data cut off", SafetensorsWriter.file(header, new byte[15]));
        raw("a byte after the data", SafetensorsWriter.file(header, new byte[17]));
        header("mostly padding", "{\"a\":" + GOOD_ENTRY + "}" + " ".repeat(70_000));
    }

    private void addText() {
        header("no JSON", "hello, world");
        header("leading space", " {\"a\":" + GOOD_ENTRY + "}");
        header("leading newline", "\n{\"a\":" + GOOD_ENTRY + "}");
        header("byte order mark", "\ufeff{\"a\":" + GOOD_ENTRY + "}");
        header("list instead of object", "[" + GOOD_ENTRY + "]");
        header("string instead of object", "\"a\"");
        header("unclosed object", "{\"a\":" + GOOD_ENTRY);
        header("trailing garbage", "{\"a\":" + GOOD_ENTRY + "}x");
        header("second object", "{\"a\":" + GOOD_ENTRY + "}{}");
        header("trailing NUL", "{\"a\":" + GOOD_ENTRY + "}\0");
        header("trailing comma", "{\"a\":" + GOOD_ENTRY + ",}");
        header("comment", "{/**/\"a\":" + GOOD_ENTRY + "}");
        header("single quotes", "{'a':" + GOOD_ENTRY + "}");
        header("unquoted name", "{a:" + GOOD_ENTRY + "}");
        raw("UTF-16", SafetensorsWriter.file(("{\"a\":" + GOOD_ENTRY + "}").getBytes(StandardCharsets.UTF_16LE), DATA));
        raw("invalid UTF-8 in a name", SafetensorsWriter.file(bytes("{\"", 0xff, "\":" + GOOD_ENTRY + "}"), DATA));
        raw(
                "overlong UTF-8 in a name",
                SafetensorsWriter.file(bytes("{\"", 0xc0, "\u0000\":" + GOOD_ENTRY + "}"), DATA));
        raw("UTF-8 cut off at the end", SafetensorsWriter.file(bytes("{\"a\":" + GOOD_ENTRY + "}", 0xe2, ""), DATA));
        header("raw newline in a name", "{\"a\nb\":" + GOOD_ENTRY + "}");
    }

    private void addStructure() {
        header("duplicate name", "{\"a\":" + GOOD_ENTRY + ",\"a\":" + GOOD_ENTRY + "}");
        header("duplicate name by escape", "{\"a\":" + GOOD_ENTRY + ",\"\\u0061\":" + GOOD_ENTRY + "}");
        header("duplicate metadata", "{\"__metadata__\":{},\"__metadata__\":{},\"a\":" + GOOD_ENTRY + "}");
        header("duplicate key in metadata", "{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"},\"a\":" + GOOD_ENTRY + "}");
        header("metadata as list", "{\"__metadata__\":[],\"a\":" + GOOD_ENTRY + "}");
        header("metadata null", "{\"__metadata__\":null,\"a\":" + GOOD_ENTRY + "}");
        header("number in metadata", "{\"__metadata__\":{\"k\":1},\"a\":" + GOOD_ENTRY + "}");
        header("object in metadata", "{\"__metadata__\":{\"k\":{}},\"a\":" + GOOD_ENTRY + "}");
        header("half a surrogate pair in metadata", "{\"__metadata__\":{\"k\":\"\\ud800\"},\"a\":" + GOOD_ENTRY + "}");
        header("tensor as null", "{\"a\":null}");
        header("tensor as list", "{\"a\":[]}");
        header("tensor as number", "{\"a\":1}");
        header("tensor without fields", "{\"a\":{}}");
        header("no dtype", "{\"a\":{\"shape\":[2,2],\"data_offsets\":[0,16]}}");
        header("no shape", "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,16]}}");
        header("no data_offsets", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2,2]}}");
        header("unknown field", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16],\"x\":1}}");
        header(
                "duplicate field",
                "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]}}");
        header("10,000 levels of lists", "{\"a\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}");
        header("10,000 levels of objects", "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000));
        raw(
                "100,001 empty tensors",
                SafetensorsWriter.file(
                        IntStream.range(0, 100_001)
                                .mapToObj(i -> "\"" + i + "\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}")
                                .collect(Collectors.joining(",", "{", "}")),
                        new byte[20_000_000]));
    }

    private void addNames() {
        header("empty name", "{\"\":" + GOOD_ENTRY + "}");
        header("blank name", "{\" \":" + GOOD_ENTRY + "}");
        header("escaped NUL in a name", "{\"a\\u0000\":" + GOOD_ENTRY + "}");
        header("escaped newline in a name", "{\"a\\nb\":" + GOOD_ENTRY + "}");
        header("C1 control in a name", "{\"a\\u0085\":" + GOOD_ENTRY + "}");
        header("half a surrogate pair in a name", "{\"a\\udc00\":" + GOOD_ENTRY + "}");
        header("name of 513 characters", "{\"" + "a".repeat(513) + "\":" + GOOD_ENTRY + "}");
    }

    private void addTypesAndShapes() {
        for (String type :
                new String[] {"\"F33\"", "\"f32\"", "\"I64\"", "\"F8_E4M3\"", "\"\"", "null", "7", "[\"F32\"]"}) {
            entry("dtype " + type, type, "[2,2]", "[0,16]");
        }
        entry("shape null", "\"F32\"", "null", "[0,16]");
        entry("shape as number", "\"F32\"", "4", "[0,16]");
        entry("negative dimension", "\"F32\"", "[-2,-2]", "[0,16]");
        entry("dimension -0", "\"F32\"", "[-0]", "[0,0]");
        entry("fraction as dimension", "\"F32\"", "[2.0,2]", "[0,16]");
        entry("exponent as dimension", "\"F32\"", "[4e0]", "[0,16]");
        entry("string as dimension", "\"F32\"", "[\"2\",2]", "[0,16]");
        entry("null as dimension", "\"F32\"", "[null,2]", "[0,16]");
        entry("leading zero in a dimension", "\"F32\"", "[02,2]", "[0,16]");
        entry("dimension 2^31", "\"F32\"", "[2147483648]", "[0,8589934592]");
        entry("dimension 2^64", "\"F32\"", "[18446744073709551616]", "[0,16]");
        entry("dimension of 1,000 digits", "\"F32\"", "[" + "9".repeat(1000) + "]", "[0,16]");
        entry("empty tensor of absurd shape", "\"F32\"", "[0,18446744073709551615]", "[0,0]");
        entry("product over 2^63", "\"F32\"", "[2147483647,2147483647,2147483647]", "[0,16]");
        entry("nine dimensions", "\"F32\"", "[1,1,1,1,1,1,1,1,4]", "[0,16]");
        entry("shape too large for the data", "\"F32\"", "[2,3]", "[0,16]");
        entry("shape too small for the data", "\"F32\"", "[3]", "[0,16]");
        entry("type too small for the data", "\"F16\"", "[2,2]", "[0,16]");
        entry("nested shape", "\"F32\"", "[[2,2]]", "[0,16]");
    }

    private void addOffsets() {
        entry("offsets null", "\"F32\"", "[2,2]", "null");
        entry("one offset", "\"F32\"", "[2,2]", "[16]");
        entry("three offsets", "\"F32\"", "[2,2]", "[0,16,16]");
        entry("no offsets", "\"F32\"", "[2,2]", "[]");
        entry("offsets swapped", "\"F32\"", "[2,2]", "[16,0]");
        entry("negative offset", "\"F32\"", "[2,2]", "[-16,0]");
        entry("fractional offset", "\"F32\"", "[2,2]", "[0,16.0]");
        entry("string offset", "\"F32\"", "[2,2]", "[0,\"16\"]");
        entry("hole at the start", "\"F32\"", "[1,3]", "[4,16]");
        entry("end past the file", "\"F32\"", "[2,4]", "[0,32]");
        entry("end at 2^64", "\"F32\"", "[2,2]", "[0,18446744073709551616]");
        entry("offsets around 2^63", "\"F32\"", "[2,2]", "[9223372036854775792,9223372036854775808]");
        entry("data that ends before the file", "\"F32\"", "[1,2]", "[0,8]");
        two("overlap", "[0,8]", "[4,12]");
        two("same data twice", "[0,8]", "[0,8]");
        two("hole between", "[0,8]", "[12,20]");
    }

    private void two(String what, String first, String second) {
        header(
                what,
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":" + first
                        + "},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":" + second + "}}");
    }

    private void entry(String what, String type, String shape, String offsets) {
        header(what, "{\"a\":{\"dtype\":" + type + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}");
    }

    private void header(String what, String header) {
        raw(what, SafetensorsWriter.file(header, DATA));
    }

    private void raw(String what, byte[] file) {
        if (files.put(what, file) != null) {
            throw new IllegalArgumentException(what);
        }
    }

    private static byte[] bytes(String before, int single, String after) {
        byte[] start = before.getBytes(StandardCharsets.UTF_8);
        byte[] end = after.getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(start, start.length + 1 + end.length);
        all[start.length] = (byte) single;
        System.arraycopy(end, 0, all, start.length + 1, end.length);
        return all;
    }
}
