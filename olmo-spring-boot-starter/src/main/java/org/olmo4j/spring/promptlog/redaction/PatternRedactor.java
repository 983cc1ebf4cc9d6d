package org.olmo4j.spring.promptlog.redaction;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Replaces what can be told by its form: e-mail addresses, telephone numbers, payment cards, bank accounts (IBAN), keys and tokens of
 * services, bearer and JSON Web Tokens, private keys, values of fields such as {@code password=}. What has no form (names, addresses,
 * illnesses) stays: whoever must not store these needs a redactor that knows them.
 *
 * <p>Each is replaced by a label such as {@code [EMAIL]}. Ordinary text, code and numbers stay. Takes time in proportion to the length,
 * whatever the text. Thread-safe.
 */
public final class PatternRedactor implements Redactor {

    /** In the order in which they are asked. */
    private static final List<Detector> DETECTORS = List.of(
            new TokenDetector(), new SecretDetector(), new EmailDetector(), new IbanDetector(), new NumberDetector());

    /** Makes a redactor. */
    public PatternRedactor() {}

    @Override
    public String redact(String text) {
        return redact((CharSequence) text);
    }

    String redact(CharSequence characters) {
        Text text = new Text(characters);
        StringBuilder redacted = new StringBuilder(text.length());
        int decided = 0;
        for (int at = 0; at < text.length(); ) {
            Match match = find(text, at, decided);
            if (match == null) {
                at++;
                continue;
            }
            redacted.append(characters, decided, match.begin()).append(match.label());
            decided = match.end();
            at = decided;
        }
        return redacted.append(characters, decided, text.length()).toString();
    }

    private static @Nullable Match find(Text text, int at, int decided) {
        for (Detector detector : DETECTORS) {
            Match match = detector.find(text, at, decided);
            if (match != null) {
                return match;
            }
        }
        return null;
    }
}
