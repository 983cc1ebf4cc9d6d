package org.olmo4j.spring.promptlog.store;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** Opens an H2 file, says so by one byte, and keeps it until it is killed. */
final class H2FileOwner {

    private H2FileOwner() {}

    public static void main(String... arguments) throws SQLException, InterruptedException {
        try (Connection connection = DriverManager.getConnection(arguments[0])) {
            System.out.print(connection.isValid(1) ? 'o' : 'x');
            System.out.flush();
            Thread.sleep(Long.MAX_VALUE);
        }
    }
}
