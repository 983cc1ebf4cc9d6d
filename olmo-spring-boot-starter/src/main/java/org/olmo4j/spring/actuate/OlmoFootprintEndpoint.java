package org.olmo4j.spring.actuate;

import java.util.List;
import org.olmo4j.card.ModelCards;
import org.olmo4j.energy.carbon.FootprintAccounting;
import org.olmo4j.spring.footprint.FootprintSum;
import org.olmo4j.spring.footprint.FootprintTotals;
import org.olmo4j.spring.footprint.FootprintTotals.Dimension;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.Producible;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.util.MimeType;

/**
 * What the requests of this application cost in joules and grams, how these figures came about, and what training cost beside them. Read only.
 * Users are named only where they are asked for.
 */
@WebEndpoint(id = "olmofootprint", defaultAccess = Access.READ_ONLY)
public class OlmoFootprintEndpoint {

    private final FootprintTotals totals;
    private final FootprintAccounting accounting;

    /**
     * Makes the endpoint.
     *
     * @param totals what requests cost
     * @param accounting how that is known
     */
    public OlmoFootprintEndpoint(FootprintTotals totals, FootprintAccounting accounting) {
        this.totals = totals;
        this.accounting = accounting;
    }

    /** In which form sums are asked for. */
    public enum Form implements Producible<Form> {
        /** A list of rows. */
        JSON("application/json"),
        /** Comma-separated values with a header, in UTF-8. */
        CSV("text/csv;charset=UTF-8");

        private final String type;

        Form(String type) {
            this.type = type;
        }

        @Override
        public MimeType getProducedMimeType() {
            return MimeType.valueOf(type);
        }

        @Override
        public boolean isDefault() {
            return this == JSON;
        }
    }

    /**
     * All but the users.
     *
     * @return as of now
     */
    @ReadOperation
    public FootprintDescription describe() {
        FootprintSum total = totals.total();
        return new FootprintDescription(
                totals.since(),
                FootprintDescription.Sum.of(total, effectiveness()),
                rows(Dimension.MONTH),
                rows(Dimension.DAY),
                rows(Dimension.HOUR),
                rows(Dimension.MODEL),
                accounting.report().meters().stream()
                        .map(FootprintDescription.Meter::of)
                        .toList(),
                FootprintExplanation.formulas(accounting.carbon()),
                FootprintExplanation.assumptions(accounting),
                ModelCards.olmo1().training().stream()
                        .map(training -> FootprintDescription.Training.of(training, total.locationBased()))
                        .toList());
    }

    /**
     * The sums of one kind.
     *
     * @param dimension hour, day, month, model or user
     * @param form as the request accepts it
     * @return rows, or CSV
     */
    @ReadOperation(producesFrom = Form.class)
    public WebEndpointResponse<Object> by(@Selector Dimension dimension, Form form) {
        List<FootprintDescription.Row> rows = rows(dimension);
        return switch (form) {
            case JSON -> new WebEndpointResponse<>(rows, form);
            case CSV -> new WebEndpointResponse<>(FootprintCsv.of(rows), form);
        };
    }

    private List<FootprintDescription.Row> rows(Dimension dimension) {
        return totals.by(dimension).stream()
                .map(row -> FootprintDescription.Row.of(row, effectiveness()))
                .toList();
    }

    private double effectiveness() {
        return accounting.carbon().facility().effectiveness();
    }
}
