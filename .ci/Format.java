import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.JavaFormatterOptions.Style;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The formatting gate: {@code check} lists the Java sources that palantir-java-format would write differently and
 * fails, {@code apply} rewrites them. The build starts it as a single source file on the JDK that also compiles.
 */
final class Format {

    private static final PathMatcher JAVA_SOURCE = FileSystems.getDefault().getPathMatcher("glob:**.java");
    private static final PathMatcher BUILD_OUTPUT = FileSystems.getDefault().getPathMatcher("glob:**/target/**");

    private final Formatter formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
            .style(Style.PALANTIR)
            .formatJavadoc(false)
            .build());

    /** Takes {@code check} or {@code apply}, then the folder to search. */
    public static void main(String[] args) throws IOException {
        if (args.length != 2 || !List.of("check", "apply").contains(args[0])) {
            System.err.println("Usage: Format check|apply FOLDER, but was: " + String.join(" ", args));
            System.exit(2);
        }
        Path root = Path.of(args[1]).toAbsolutePath().normalize();
        Map<Path, String> changes = new Format().changes(root);
        if (args[0].equals("apply")) {
            for (Map.Entry<Path, String> change : changes.entrySet()) {
                Files.writeString(change.getKey(), change.getValue());
                System.out.println("Formatted " + root.relativize(change.getKey()));
            }
        } else if (!changes.isEmpty()) {
            System.err.println("Not formatted:");
            changes.keySet().forEach(path -> System.err.println("  " + root.relativize(path)));
            System.err.println("Format them with: mvn -N verify -Dformat=apply");
            System.exit(1);
        }
    }

    private Map<Path, String> changes(Path root) throws IOException {
        List<Path> sources;
        try (var paths = Files.walk(root)) {
            sources = paths.filter(JAVA_SOURCE::matches)
                    .filter(path -> !BUILD_OUTPUT.matches(path))
                    .toList();
        }
        Map<Path, String> changes = new TreeMap<>();
        for (Path source : sources) {
            String text = Files.readString(source);
            try {
                String formatted = formatter.formatSourceAndFixImports(text);
                if (!formatted.equals(text)) {
                    changes.put(source, formatted);
                }
            } catch (FormatterException e) {
                System.err.println(
                        "Not Java that the formatter knows: " + root.relativize(source) + ":" + e.getMessage());
                System.exit(1);
            }
        }
        return changes;
    }
}
