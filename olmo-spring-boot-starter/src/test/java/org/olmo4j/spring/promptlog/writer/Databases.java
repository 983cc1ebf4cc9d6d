package org.olmo4j.spring.promptlog.writer;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.olmo4j.spring.promptlog.store.StoreOptions;

/** Looks into a database beside the store, and does things to it. */
final class Databases {

    private Databases() {}

    static long rows(StoreOptions options) throws SQLException {
        try (Connection connection = connect(options);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("select count(*) from olmo_prompt")) {
            result.next();
            return result.getLong(1);
        }
    }

    static void execute(StoreOptions options, String... statements) throws SQLException {
        try (Connection connection = connect(options);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static Connection connect(StoreOptions options) throws SQLException {
        return DriverManager.getConnection(options.url(), options.user(), options.password());
    }
}
