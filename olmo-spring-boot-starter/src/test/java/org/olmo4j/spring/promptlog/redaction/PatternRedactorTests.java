package org.olmo4j.spring.promptlog.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Card numbers are the test numbers that networks publish, accounts are the examples of the IBAN registry; keys are made up in the form of the
 * services.
 */
class PatternRedactorTests {

    private final PatternRedactor redactor = new PatternRedactor();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        write to ada@example.org please | write to [EMAIL] please
        Ada Lovelace <ada.lovelace+notes@mail.example.co.uk> | Ada Lovelace <[EMAIL]>
        mailto:x_y-z%q@sub-domain.example.museum? | mailto:[EMAIL]?
        at the end: me@example.com. | at the end: [EMAIL].
        müller@bücher.example und a@b.de,c@d.fr | [EMAIL] und [EMAIL],[EMAIL]
        https://example.org/?mail=ada@example.org&x=1 | https://example.org/?mail=[EMAIL]&x=1
        """)
    void replacesEmailAddresses(String text, String redacted) {
        assertThat(redactor.redact(text)).isEqualTo(redacted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+49 30 1234567",
                "+1 (555) 123-4567",
                "+14155552671",
                "+44 20 7946 0958",
                "+33 6 12 34 56 78",
                "0049 30 1234567",
                "(555) 234-5678",
                "555-234-5678",
                "555.234.5678",
                "1-800-234-5678",
                "030 1234567",
                "0171/1234567",
                "06 12 34 56 78",
                "(020) 7946 0958"
            })
    void replacesTelephoneNumbers(String number) {
        assertThat(redactor.redact("Reach us: " + number + ", or later.")).isEqualTo("Reach us: [PHONE], or later.");
        assertThat(redactor.redact(number)).isEqualTo("[PHONE]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        phone: 5552345678 | phone: [PHONE]
        My phone number is 5552345678. | My phone number is [PHONE].
        call me at 555 1234567 | call me at [PHONE]
        Tel. 1234567 | Tel. [PHONE]
        """)
    void replacesNumbersOfAnyFormThatAreCalledTelephones(String text, String redacted) {
        assertThat(redactor.redact(text)).isEqualTo(redacted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "4111111111111111",
                "4111 1111 1111 1111",
                "4111-1111-1111-1111",
                "4222222222222",
                "5555555555554444",
                "2223003122003222",
                "378282246310005",
                "3782 822463 10005",
                "6011111111111117",
                "30569309025904",
                "3530111333300000",
                "6304000000000000"
            })
    void replacesCardNumbers(String number) {
        assertThat(redactor.redact("My card (" + number + ") was lost")).isEqualTo("My card ([CARD]) was lost");
        assertThat(redactor.redact("pay 12 with " + number + "!")).isEqualTo("pay 12 with [CARD]!");
    }

    @ParameterizedTest
    @ValueSource(strings = {"4111111111111112", "1234567812345678", "0000000000000000", "9999999999999995"})
    void leavesLongNumbersThatAreNoCards(String number) {
        assertThat(redactor.redact("order " + number + " is late")).isEqualTo("order " + number + " is late");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GB29NWBK60161331926819",
                "GB29 NWBK 6016 1331 9268 19",
                "DE89 3704 0044 0532 0130 00",
                "FR14 2004 1010 0505 0001 3M02 606",
                "NO93 8601 1117 947",
                "NL91 ABNA 0417 1643 00"
            })
    void replacesBankAccounts(String account) {
        assertThat(redactor.redact("pay to " + account + " today")).isEqualTo("pay to [IBAN] today");
    }

    @Test
    void leavesAnAccountWithWrongCheckDigits() {
        assertThat(redactor.redact("GB28NWBK60161331926819")).isEqualTo("GB28NWBK60161331926819");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sk-proj-Ab3dEf6hIj9lMn2pQr5tUv8x",
                "sk-svcacct-A1b2C3d4E5f6G7h8",
                "AKIAIOSFODNN7EXAMPLE",
                "ghp_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8",
                "github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz0123456789",
                "xoxb-123456789012-abcdefABCDEF",
                "AIzaSyA1234567890abcdefghijklmnopqrstuv",
                "glpat-A1b2C3d4E5f6G7h8I9j0",
                "hf_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6",
                "sk_live_A1b2C3d4E5f6G7h8"
            })
    void replacesKeysOfServices(String key) {
        assertThat(redactor.redact("use " + key + ".")).isEqualTo("use [API_KEY].");
        assertThat(redactor.redact("\"" + key + "\"")).isEqualTo("\"[API_KEY]\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U is it | [TOKEN] is it
        curl -H 'X: Bearer mF_9.B5f-4.1JqM0ab' | curl -H 'X: Bearer [TOKEN]'
        Authorization: Basic dXNlcjpwYXNzd29yZA== | Authorization: Basic [SECRET]
        """)
    void replacesTokens(String text, String redacted) {
        assertThat(redactor.redact(text)).isEqualTo(redacted);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
        password=hunter2 | password=[SECRET]
        PASSWORD=hunter | PASSWORD=[SECRET]
        DB_PASSWORD: "correct horse battery staple" | DB_PASSWORD: "[SECRET]"
        {"password": "hunter", "user": "ada"} | {"password": "[SECRET]", "user": "ada"}
        {\\"password\\":\\"hunter\\"} | {\\"password\\":\\"[SECRET]\\"}
        spring.datasource.password: s3cr3t! | spring.datasource.password: [SECRET]
        password: swordfish | password: [SECRET]
        My password is Tr0ub4dor&3, yes | My password is [SECRET], yes
        api_key = "0123456789abcdef0123456789abcdef" | api_key = "[SECRET]"
        https://example.org/?access_token=a1b2c3d4e5f6&page=2 | https://example.org/?access_token=[SECRET]&page=2
        client-secret: Zm9vYmFyYmF6MTIzNDU2Nzg5MA== | client-secret: [SECRET]
        jdbc:postgresql://ada:pa55@db.example.org:5432/x | jdbc:postgresql://ada:[SECRET]@db.example.org:5432/x
        AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq==;x | AccountKey=[SECRET];x
        """)
    void replacesValuesOfFieldsThatAreCalledSecret(String text, String redacted) {
        assertThat(redactor.redact(text)).isEqualTo(redacted);
    }

    @Test
    void replacesPrivateKeys() {
        String body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC+/=\n".repeat(20);
        String key = "-----BEGIN RSA PRIVATE KEY-----\n" + body + "-----END RSA PRIVATE KEY-----";

        assertThat(redactor.redact("see\n" + key + "\nhere")).isEqualTo("see\n[PRIVATE_KEY]\nhere");
        assertThat(redactor.redact("{\"key\": \"" + key.replace("\n", "\\n") + "\"}"))
                .isEqualTo("{\"key\": \"[PRIVATE_KEY]\"}");
        assertThat(redactor.redact("-----BEGIN PRIVATE KEY-----\n" + body)).doesNotContain("MIIE");
        assertThat(redactor.redact("-----BEGIN CERTIFICATE-----\nMIIE")).contains("MIIE");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "The quick brown fox jumps over 13 lazy dogs; 3.14159265358979 is near pi, and 299792458 m/s is c.",
                "On 2024-01-15 10:30:00 we sold 1,234,567 units at 12.50 each, 45 % more than on 01/02/2023 at 09:15.",
                "UUID 550e8400-e29b-41d4-a716-446655440000, commit 206cd7787f0a1b2c3d4e5f60718293a4b5c6d7e8, ISBN"
                        + " 978-3-16-148410-0.",
                "Version 1.21.0 of commons-codec needs Java 8; see RFC 2606, section 2.1, and IP 192.168.100.200:8080"
                        + " or fe80::1.",
                "0 1 2 3 4 5 6 7 8 9 10 11 12 and 100 200 300 400 and 1000000 times, id 12345678901234567890.",
                "The password is required. A password must be 8 characters long. Password: must not be empty",
                "The bearer of good news: a token is a unit of text, e.g. max_tokens=100, eos_token: </s>, token ="
                        + " next",
                "String password = request.getParameter(\"p\"); char[] secret = keyStore.getSecret(); token ="
                        + " tokens.get(i + 1);",
                "password=${DB_PASSWORD} password: <your password> api_key=os.environ[\"KEY\"] PASSWORD=xxxxxxxx",
                "@Override public void run() {} // @param x npm i left-pad@1.3.0 git@github.com:allenai/OLMo.git",
                "for (int i = 0; i < 10; i++) { sum += a[i] * b[i]; } // O(n) x@y",
                "int port = 8080; long max = 9223372036854775807L; double e = 2.718281828459045; 0x7fffffffffffffff",
                "sk-learn-and-friends-are-nice, risk-free, ghp_short, AKIA, eyJ, eyJhb.c, SG.1",
                "https://example.org:8443/a/b?page=2&size=50#section-1.2 http://localhost:8080/users/42",
                "a + b = 4294967296 and 1+12345678 and -273.15, (200) 300, 10-20-30, ratio 16:9, 24/7",
                "Zahlen: 1.234.567,89 EUR am 01.02.2024; Rechnung Nr. 2024-000123; PLZ 10115 Berlin",
                "你好，世界 12345678 مرحبا 😀 naïve café"
            })
    void leavesProseCodeAndNumbers(String text) {
        assertThat(redactor.redact(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "@",
                "+",
                "(",
                "-----BEGIN ",
                "password=",
                "://",
                "eyJ",
                "\uD83D",
                "\u0000",
                "a@",
                "@b.c",
                "Bearer "
            })
    void takesTextsOfAnyKind(String text) {
        assertThat(redactor.redact(text)).isEqualTo(text);
    }

    @Test
    void changesNothingInWhatItHasRedacted() {
        String redacted = redactor.redact(
                "ada@example.org +49 30 1234567 4111111111111111 password=hunter2 AKIAIOSFODNN7EXAMPLE");

        assertThat(redacted).isEqualTo("[EMAIL] [PHONE] [CARD] password=[SECRET] [API_KEY]");
        assertThat(redactor.redact(redacted)).isEqualTo(redacted);
    }

    @Test
    void findsWhatStandsInAnyText() {
        Random random = new Random(32);
        String alphabet = "abc XYZ 0123 \n.,;:!?-_/()[]{}<>\"'=+*&%$#äß你😀";
        for (int i = 0; i < 2_000; i++) {
            String before = random(random, alphabet) + " ";
            String after = " " + random(random, alphabet);

            assertThat(redactor.redact(before + "ada@example.org" + after)).contains(" [EMAIL] ");
            assertThat(redactor.redact(before + "AKIAIOSFODNN7EXAMPLE" + after)).contains(" [API_KEY] ");
            assertThat(redactor.redact(
                            before + "\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----" + after))
                    .contains("\n[PRIVATE_KEY] ");
        }
    }

    private static String random(Random random, String alphabet) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(60); i > 0; i--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }
}
