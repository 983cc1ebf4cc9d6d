package org.olmo4j.spring.promptlog.store;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the database is and how it is used.
 *
 * @param url of JDBC, for H2 or PostgreSQL
 * @param user of the database; null: as the URL says
 * @param password of that user; null: as the URL says
 * @param schema what is done about the tables
 * @param connections most connections, 2 to 20: one is for writing
 * @param connectionTimeout how long a connection is waited for, 250 ms to 1 min
 */
public record StoreOptions(
        String url,
        @Nullable String user,
        @Nullable String password,
        SchemaMode schema,
        int connections,
        Duration connectionTimeout) {

    private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(250);
    private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(1);

    /**
     * Checks ranges, and makes an H2 database durable: by default it answers a commit half a second before the disk has it.
     *
     * @throws IllegalArgumentException naming what is out of its range
     */
    public StoreOptions {
        if (connections < 2 || connections > 20) {
            throw new IllegalArgumentException("connections is " + connections + "; allowed: 2 to 20");
        }
        if (connectionTimeout.compareTo(SHORTEST_TIMEOUT) < 0 || connectionTimeout.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new IllegalArgumentException("connectionTimeout is " + connectionTimeout + "; allowed: "
                    + SHORTEST_TIMEOUT + " to " + LONGEST_TIMEOUT);
        }
        if (url.startsWith("jdbc:h2:")) {
            url = withDefault(url, "WRITE_DELAY", "0");
            // The application closes it, after the last record: a hook of H2's would be earlier.
            url = withDefault(url, "DB_CLOSE_ON_EXIT", "FALSE");
        } else if (!url.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException("The prompt log's database is " + withoutSecrets(url)
                    + "; use a URL of jdbc:h2:file:<path> or jdbc:postgresql://<host>/<database>");
        }
    }

    private static String withDefault(String url, String setting, String value) {
        return url.toUpperCase(Locale.ROOT).contains(";" + setting + "=") ? url : url + ";" + setting + "=" + value;
    }

    /**
     * An H2 database in a file.
     *
     * @param file without the ending {@code .mv.db}
     * @return with the tables made as needed
     */
    public static StoreOptions h2(Path file) {
        return of("jdbc:h2:file:" + file.toAbsolutePath(), null, null);
    }

    /**
     * A database by its URL.
     *
     * @param url of JDBC
     * @param user null: as the URL says
     * @param password null: as the URL says
     * @return with the tables made as needed
     */
    public static StoreOptions of(String url, @Nullable String user, @Nullable String password) {
        return new StoreOptions(url, user, password, SchemaMode.MIGRATE, 3, Duration.ofSeconds(2));
    }

    /**
     * The same, but for what is done about the tables.
     *
     * @param mode what
     * @return a copy
     */
    public StoreOptions withSchema(SchemaMode mode) {
        return new StoreOptions(url, user, password, mode, connections, connectionTimeout);
    }

    boolean isH2() {
        return url.startsWith("jdbc:h2:");
    }

    /** Of the driver. What the URL says goes before. */
    Map<String, String> driverProperties() {
        return isH2()
                ? Map.of()
                : Map.of(
                        // A server whose other end is gone without a word must not hold anybody for ever.
                        "loginTimeout", "10",
                        "connectTimeout", "5",
                        "socketTimeout", "60",
                        "tcpKeepAlive", "true",
                        "ApplicationName", "olmo-log",
                        // Inserts of one batch go as one statement.
                        "reWriteBatchedInserts", "true",
                        // Its messages would quote all values of a row that is refused.
                        "logServerErrorDetail", "false");
    }

    String vendor() {
        return isH2() ? "h2" : "postgresql";
    }

    /** For messages: a URL may hold a password in its parameters. */
    String shownUrl() {
        return withoutSecrets(url);
    }

    private static String withoutSecrets(String url) {
        return url.replaceFirst("//[^/@]*@", "//").replaceFirst("[;?].*", "");
    }

    /** Hides the password. */
    @Override
    public String toString() {
        return "StoreOptions[" + shownUrl() + ", schema=" + schema + ", connections=" + connections
                + ", connectionTimeout=" + connectionTimeout + "]";
    }
}
