package org.olmo4j.hosts.database;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.jdbc.support.JdbcUtils;
import org.springframework.jdbc.support.MetaDataAccessException;

/** The columns of all tables of all databases, as the databases themselves tell them. */
@Endpoint(id = "tables")
public class TablesEndpoint {

    private final Map<String, DataSource> databases;

    TablesEndpoint(Map<String, DataSource> databases) {
        this.databases = databases;
    }

    /** Each as {@code database/schema.table.column}, with its type. */
    @ReadOperation
    public SortedMap<String, String> columns() throws MetaDataAccessException {
        SortedMap<String, String> columns = new TreeMap<>();
        for (Map.Entry<String, DataSource> database : databases.entrySet()) {
            JdbcUtils.extractDatabaseMetaData(database.getValue(), metadata -> {
                try (ResultSet rows = metadata.getColumns(null, null, "%", "%")) {
                    while (rows.next()) {
                        if (!rows.getString("TABLE_SCHEM").equals("INFORMATION_SCHEMA")) {
                            columns.put(database.getKey() + "/" + name(rows), rows.getString("TYPE_NAME"));
                        }
                    }
                }
                return columns;
            });
        }
        return columns;
    }

    private static String name(ResultSet row) throws SQLException {
        return String.join(
                ".", List.of(row.getString("TABLE_SCHEM"), row.getString("TABLE_NAME"), row.getString("COLUMN_NAME")));
    }
}
