package io.fieldmouse.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * One table's three statements. The id is the last parameter of each, so that one binder serves inserts and updates.
 *
 * @param <R> what a row is written from
 */
final class SqlTable<R> {
    /** Rows a batch: H2 copies the parameters of a batch, and a session that ends may delete very many rows. */
    private static final int BATCH_ROWS_MAX = 1000;

    private final Binder<R> binder;
    private final PreparedStatement insert;
    private final PreparedStatement update;
    private final PreparedStatement delete;
    private final int idParameter;

    /** Sets the parameters of a row's columns, from 1 and in the order of the table's columns. */
    interface Binder<R> {
        void bind(R row, PreparedStatement out) throws SQLException;
    }

    SqlTable(Connection connection, Schema.Table table, Binder<R> binder) throws SQLException {
        this.binder = binder;
        List<String> columns = table.columnNames();
        idParameter = columns.size() + 1;
        insert = connection.prepareStatement("INSERT INTO " + table.name() + " ("
                + String.join(", ", columns) + (columns.isEmpty() ? "" : ", ") + "id) VALUES ("
                + "?, ".repeat(columns.size()) + "?)");
        // A table of ids only is never updated; the statement is then a harmless one.
        update = connection.prepareStatement("UPDATE " + table.name() + " SET "
                + (columns.isEmpty() ? "id = id" : String.join(" = ?, ", columns) + " = ?") + " WHERE id = ?");
        delete = connection.prepareStatement("DELETE FROM " + table.name() + " WHERE id = ?");
    }

    void write(TableChanges<R> changes) throws SQLException {
        int rows = 0;
        for (long id : changes.deleted()) {
            delete.setLong(1, id);
            rows = add(delete, rows);
        }
        finish(delete, rows);
        writeRows(insert, changes.inserted());
        writeRows(update, changes.updated());
    }

    private void writeRows(PreparedStatement statement, Map<Long, R> changes) throws SQLException {
        int rows = 0;
        for (Map.Entry<Long, R> entry : changes.entrySet()) {
            binder.bind(entry.getValue(), statement);
            statement.setLong(idParameter, entry.getKey());
            rows = add(statement, rows);
        }
        finish(statement, rows);
    }

    private static int add(PreparedStatement statement, int rows) throws SQLException {
        statement.addBatch();
        if (rows + 1 < BATCH_ROWS_MAX) {
            return rows + 1;
        }
        statement.executeBatch();
        return 0;
    }

    private static void finish(PreparedStatement statement, int rows) throws SQLException {
        if (rows > 0) {
            statement.executeBatch();
        }
    }
}
