package org.olmo4j.backend.cuda.virtual.ptx;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the directives of a module; {@link FunctionParser} reads the bodies. */
final class PtxParser {

    private static final Pattern TARGET = Pattern.compile("sm_(\\d+)([a-z]?)");

    private final Tokens tokens;
    private final DeclarationParser declarations;

    private int version;
    private int target;
    private String targetFeatures = "";
    private final List<Variable> variables = new ArrayList<>();
    private final List<PtxFunction> functions = new ArrayList<>();

    PtxParser(String source) {
        tokens = new Tokens(source);
        declarations = new DeclarationParser(tokens);
    }

    PtxModule module() {
        while (!tokens.atEnd()) {
            directive();
        }
        if (version == 0 || target == 0) {
            throw new PtxSyntaxException(1, "no .version or no .target");
        }
        return new PtxModule(version, target, targetFeatures, variables, functions);
    }

    private void directive() {
        Token first = tokens.peek();
        switch (first.text()) {
            case ".version" -> {
                tokens.take();
                String[] parts = tokens.take().text().split("\\.");
                version = 10 * Integer.parseInt(parts[0]) + Integer.parseInt(parts[1]);
            }
            case ".target" -> target();
            case ".address_size" -> {
                tokens.take();
                if (tokens.integer() != 64) {
                    throw new PtxSyntaxException(first.line(), "addresses must have 64 bits");
                }
            }
            case ".file", ".loc" -> tokens.skipLine(first.line());
            case ".section" -> section();
            case ".pragma" -> {
                tokens.take();
                tokens.take();
                tokens.expect(";");
            }
            // Linkage matters to a linker; a module here is linked to nothing.
            case ".visible", ".weak", ".extern", ".common" -> tokens.take();
            case ".entry", ".func" -> functions.add(new FunctionParser(tokens, declarations).function());
            default -> {
                variables.addAll(declarations.variables());
                tokens.expect(";");
            }
        }
    }

    private void target() {
        int line = tokens.take().line();
        Matcher matcher = TARGET.matcher(tokens.word());
        if (!matcher.matches()) {
            throw new PtxSyntaxException(line, "the target is not sm_NN");
        }
        target = Integer.parseInt(matcher.group(1));
        targetFeatures = matcher.group(2);
        while (tokens.takeIf(",")) {
            tokens.word();
        }
    }

    /** Debugging information. */
    private void section() {
        while (!tokens.takeIf("{")) {
            tokens.take();
        }
        while (!tokens.takeIf("}")) {
            tokens.take();
        }
    }
}
