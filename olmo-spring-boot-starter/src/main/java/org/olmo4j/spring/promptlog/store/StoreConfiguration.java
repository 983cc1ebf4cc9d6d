package org.olmo4j.spring.promptlog.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.util.Map;
import javax.sql.DataSource;
import org.hibernate.boot.model.naming.PhysicalNamingStrategySnakeCaseImpl;
import org.olmo4j.spring.promptlog.identity.ErasureHashes;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;

/** The beans of the private context. */
@Configuration(proxyBeanMethods = false)
@EnableJpaRepositories(basePackageClasses = Rows.class, considerNestedRepositories = true)
class StoreConfiguration {

    /** Rows that go to the database in one message. */
    static final int BATCH_ROWS = 100;

    @Bean
    HikariDataSource dataSource(StoreOptions options) {
        HikariConfig pool = new HikariConfig();
        pool.setPoolName("olmo-log");
        pool.setJdbcUrl(options.url());
        pool.setUsername(options.user());
        pool.setPassword(options.password());
        pool.setMaximumPoolSize(options.connections());
        // One stays open, since an H2 file is closed with its last connection.
        pool.setMinimumIdle(1);
        pool.setConnectionTimeout(options.connectionTimeout().toMillis());
        pool.setValidationTimeout(options.connectionTimeout().toMillis());
        options.driverProperties().forEach(pool::addDataSourceProperty);
        return new HikariDataSource(pool);
    }

    @Bean
    LocalContainerEntityManagerFactoryBean entityManagerFactory(DataSource dataSource, StoreOptions options) {
        LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();
        factory.setPersistenceUnitName("olmo-log");
        factory.setDataSource(dataSource);
        factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
        factory.setManagedTypes(PersistenceManagedTypes.of(
                PromptRow.class.getName(),
                ContentRow.class.getName(),
                KeyRow.class.getName(),
                ErasureRow.class.getName(),
                AdminReadRow.class.getName(),
                EnumColumn.OfPromptStatus.class.getName(),
                EnumColumn.OfContentState.class.getName(),
                EnumColumn.OfUserKind.class.getName(),
                EnumColumn.OfProvenance.class.getName()));
        factory.setJpaPropertyMap(Map.of(
                "hibernate.physical_naming_strategy",
                PhysicalNamingStrategySnakeCaseImpl.class.getName(),
                // Scripts make the tables; where nobody looked at them, compare them with the entities.
                "hibernate.hbm2ddl.auto",
                options.schema() == SchemaMode.MIGRATE ? "none" : "validate",
                "hibernate.jdbc.batch_size",
                BATCH_ROWS,
                "hibernate.order_inserts",
                true,
                "hibernate.order_updates",
                true,
                "hibernate.jdbc.time_zone",
                "UTC",
                // It would log what the database says of a row, with its values; we say what there is to say.
                "hibernate.jdbc.log.errors",
                false,
                "hibernate.jdbc.log.warnings",
                false,
                "jakarta.persistence.validation.mode",
                "none"));
        return factory;
    }

    @Bean
    JpaTransactionManager transactionManager(EntityManagerFactory factory) {
        return new JpaTransactionManager(factory);
    }

    @Bean
    Transactions transactions(JpaTransactionManager manager) {
        return new Transactions(manager);
    }

    @Bean
    JdbcClient jdbc(DataSource dataSource) {
        return JdbcClient.create(dataSource);
    }

    @Bean
    BatchWriter batchWriter(
            Transactions transactions,
            EntityManager entities,
            Rows.Prompts prompts,
            Rows.Contents contents,
            Rows.Keys keys,
            Eraser eraser,
            StoreOptions options) {
        return new BatchWriter(transactions, entities, prompts, contents, keys, eraser, options.shownUrl());
    }

    @Bean
    Eraser eraser(
            Transactions transactions,
            Rows.Prompts prompts,
            Rows.Contents contents,
            Rows.Keys keys,
            Rows.Erasures erasures,
            ErasureHashes hashes) {
        return new Eraser(transactions, prompts, contents, keys, erasures, hashes);
    }

    @Bean
    RetentionRun retentionRun(
            Transactions transactions,
            Rows.Prompts prompts,
            Rows.Contents contents,
            Rows.Keys keys,
            Rows.Erasures erasures,
            Rows.AdminReads adminReads,
            JdbcClient jdbc) {
        return new RetentionRun(transactions, prompts, contents, keys, erasures, adminReads, jdbc);
    }

    @Bean
    RecordReader recordReader(Transactions transactions, EntityManager entities) {
        return new RecordReader(transactions, entities);
    }

    /** Finds that the tables are there, without reading any row. */
    @Bean
    StoreConnection.Probe probe(JdbcClient jdbc) {
        return () -> jdbc.sql("select id from olmo_prompt where 1 = 0").query().listOfRows();
    }

    @Bean
    UsageReader usageReader(JdbcClient jdbc) {
        return new UsageReader(jdbc);
    }
}
